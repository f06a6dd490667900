// Keeps the line that puts the map into another page at the view that one looks at: map.js gives the
// link to the map alone a new address whenever it is moved.
const link = document.getElementById("map-alone");
const line = document.getElementById("map-line");
new MutationObserver(() => {
  const address = link.href.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  line.textContent = line.textContent.replace(/src="[^"]*"/, () => `src="${address}"`);
}).observe(link, { attributeFilter: ["href"] });
