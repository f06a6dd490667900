// The map of /map and /embed/map: moves and zooms what the server's picture shows by links.
//
// The server counts the records of each cell of a grid; each spot is a link, to a record or to a
// nearer view. Without this script the picture and its links stay.
import * as L from "leaflet/dist/leaflet-src.esm.js";

const frame = document.querySelector("[data-map]");
if (frame) start(frame);

function start(frame) {
  const { points, outlines, areas, bounds, zoom, lat, lon, least, most } = frame.dataset;
  const status = document.getElementById("map-status");
  const list = document.getElementById("map-list");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  frame.replaceChildren();
  frame.classList.add("live");
  const map = L.map(frame, {
    center: [+lat, +lon], zoom: +zoom, minZoom: +least, maxZoom: +most, zoomControl: false,
    attributionControl: false, zoomAnimation: !still, fadeAnimation: !still, inertia: !still,
  });
  const [south, west, north, east] = bounds.split(" ").map(Number);
  if (east !== undefined) {
    map.fitBounds([[south, west], [north, east]], { padding: [40, 40], maxZoom: 14, animate: false });
  }
  L.control.zoom({ zoomInTitle: frame.dataset.zoomIn, zoomOutTitle: frame.dataset.zoomOut }).addTo(map);
  const spots = L.layerGroup().addTo(map);
  drawOutlines(map, outlines);
  const showAreas = choosable(map, areas);

  let running;
  let wantsFocus = false;
  async function show() {
    running?.abort();
    running = new AbortController();
    const { lat, lng } = map.getCenter();
    const view = { zoom: map.getZoom(), lat: lat.toFixed(5), lon: lng.toFixed(5) };
    const size = map.getSize();
    const answer = await fetch(address(points, { ...view, width: size.x, height: size.y }), {
      signal: running.signal,
    }).catch(() => undefined);
    if (!answer?.ok) return;
    const found = await answer.json().catch(() => undefined);
    if (!found) return;
    const focused = document.activeElement?.dataset?.cell;
    spots.clearLayers();
    for (const each of found.spots) spots.addLayer(marker(map, each, () => { wantsFocus = true; }));
    showAreas(found.areas);
    status.textContent = found.status;
    if (list) list.innerHTML = found.list;
    history.replaceState(null, "", address(location.href, { ...view, page: "" }));
    for (const link of document.querySelectorAll("a[data-keeps-view]")) {
      link.href = address(link.href, view);
    }
    const again = focused && frame.querySelector(`[data-cell="${focused}"]`);
    if (again) again.focus();
    else if (wantsFocus || focused) (frame.querySelector("a.spot") ?? frame).focus();
    wantsFocus = false;
  }
  map.on("moveend", show);
  show();
}

function address(start, values) {
  const url = new URL(start, location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}

// A link that looks and sounds as in the server's picture.
function marker(map, { cell, lat, lon, count, label, short, href, view }, onZoom) {
  const link = document.createElement("a");
  link.className = count > 1 ? `spot size-${String(count).length}` : "spot one";
  link.href = href;
  link.draggable = false;
  link.dataset.cell = cell;
  link.setAttribute("aria-label", label);
  const shown = document.createElement("span");
  shown.textContent = short;
  link.append(shown);
  if (view) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (event.detail === 0) onZoom(); // by the keyboard
      map.setView([view.lat, view.lon], view.zoom);
    });
  }
  const icon = L.divIcon({ html: link, className: "", iconSize: [0, 0] });
  return L.marker([lat, lon], { icon, interactive: false, keyboard: false });
}

// Territories to choose by the pointer; the links by name beside the map are the way of the keyboard.
function choosable(map, from) {
  const drawn = L.layerGroup().addTo(map);
  let outlines;
  let now = "";
  let asked = 0;
  // The first click of two, which zoom, chooses nothing.
  let timer;
  const forget = () => clearTimeout(timer);
  map.on("dblclick movestart", forget);
  const choose = (href) => {
    forget();
    timer = setTimeout(() => location.assign(href), 250);
  };
  return async function show(areas) {
    const number = ++asked;
    const wanted = JSON.stringify(areas);
    if (wanted === now) return;
    if (areas.length) outlines ??= await fetched(from);
    if (!outlines) return drawn.clearLayers();
    if (number !== asked) return;
    now = wanted;
    drawn.clearLayers();
    const levels = Object.assign({}, ...Object.values(outlines));
    for (const each of areas) drawn.addLayer(area(each, levels[each.key], choose));
  };
}

function area({ label, href, chosen }, rings, choose) {
  const className = chosen ? "area chosen" : "area";
  const shape = L.polygon(rings.map(line), { className, fillRule: "evenodd" });
  shape.bindTooltip(document.createTextNode(label), { sticky: true });
  return shape.on("click", () => choose(href));
}

async function fetched(from) {
  const answer = await fetch(from).catch(() => undefined);
  return answer?.ok ? answer.json() : undefined;
}

// Lines come as steps in thousandths of a degree, longitude and latitude by turns.
async function drawOutlines(map, from) {
  const found = await fetched(from);
  if (!found) return;
  const looks = (className) => ({ className, interactive: false, smoothFactor: 1.5 });
  const [land, ...lines] = ["land", "departements", "countries"].map((each) => found[each].map(line));
  L.polygon(land, { ...looks("land"), fillRule: "evenodd" }).addTo(map);
  L.polyline(lines[0], looks("departement")).addTo(map);
  L.polyline(lines[1], looks("country")).addTo(map);
}

function line(steps) {
  let [x, y] = [0, 0];
  const points = [];
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    points.push([y / 1000, x / 1000]);
  }
  return points;
}
