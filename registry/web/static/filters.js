// Opens the filters where there is room for them beside the list, in browsers whose style sheets
// cannot (site.css, ::details-content).
const filters = document.getElementById("filters");
const room = matchMedia("(min-width: 60rem)");
if (filters && !CSS.supports("selector(::details-content)")) {
  const follow = () => { filters.open = room.matches; };
  follow();
  room.addEventListener("change", follow);
}
