// The page is complete without this. It adds ways from finding to finding, unfolds what a link leads to, and goes to a
// step that a link names.
(function () {
  "use strict";
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

  window.onSingleKey("j", function () { move(1); });
  window.onSingleKey("k", function () { move(-1); });
  window.onSingleKey("t", function () { go(document.getElementById("content")); });
  window.addEventListener("hashchange", follow);
  follow();

  // For browsers in which the style alone cannot print what is folded away.
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    unfolded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    unfolded.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () { unfolded.forEach(function (one) { one.open = false; }); });
})();
