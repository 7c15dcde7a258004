// The page is complete without this. It adds keys, unfolds what a link leads to, and goes to a step that a link names.
(function () {
  "use strict";
  var help = document.querySelector("dialog.help");
  var button = document.querySelector("button.keys");
  var places = Array.prototype.slice.call(document.querySelectorAll(".exercise, .exercise .card[id]"));

  function unfold(element) {
    for (var one = element; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") one.open = true;
    }
  }

  function follow() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    unfold(target.parentElement);
    if (target.type === "radio") { target.checked = true; target.focus(); }
  }

  function go(element) {
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    element.scrollIntoView();
    history.replaceState(null, "", "#" + element.id);
  }

  // Of the places that can be seen, the one at the top of the window, or the one that was gone to last.
  function move(by) {
    var shown = places.filter(function (place) { return place.checkVisibility ? place.checkVisibility() : place.offsetHeight; });
    var at = shown.indexOf(document.activeElement);
    if (at < 0) {
      var above = shown.filter(function (place) { return place.getBoundingClientRect().top < 1; });
      at = by > 0 ? above.length - 1 : above.length;
    }
    if (shown[at + by]) go(shown[at + by]);
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
    if (event.key === "t") go(document.getElementById("content"));
    if (event.key === "?") { event.preventDefault(); help.showModal(); }
  });
  button.addEventListener("click", function () { help.showModal(); });
  help.querySelector(".close").addEventListener("click", function () { help.close(); });
  window.addEventListener("hashchange", follow);
  button.hidden = false;
  follow();

  // For browsers in which the style alone cannot print what is folded away.
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    unfolded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    unfolded.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () { unfolded.forEach(function (one) { one.open = false; }); });
})();
