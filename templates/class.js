// The page is complete without this. It adds filters that live in the address, sorting, and keys.
(function () {
  "use strict";
  var form = document.querySelector(".filters");
  var table = document.querySelector(".heat");
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows).filter(function (row) { return row.cells.length > 1; });
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var tones = { pass: "p", fail: "f", fault: "c", "not judged": "n", missing: "m" };
  var names = ["exercise", "status", "diagnosis", "section", "search", "sort"];
  // A class without sections has no field for them.
  var fields = ["exercise", "status", "diagnosis", "section", "search"].filter(function (name) { return form.elements[name]; });
  var state = {};
  var sorted = "";

  // ---- the address ----

  function read() {
    var hash = location.hash.slice(1);
    // "#tests" leads to a section and leaves the filters as they are.
    if (hash && hash.indexOf("=") < 0) return false;
    var found = new URLSearchParams(hash);
    names.forEach(function (name) { state[name] = found.get(name) || ""; });
    return true;
  }

  function write() {
    var wanted = new URLSearchParams();
    names.forEach(function (name) { if (state[name]) wanted.set(name, state[name]); });
    history.replaceState(null, "", "#" + wanted.toString());
  }

  // ---- filters ----

  function columnOf(exercise) {
    return heads.findIndex(function (head) { return exercise && head.dataset.exercise === exercise; });
  }

  function matches(row, column, text) {
    if (text && row.cells[0].textContent.toLowerCase().indexOf(text) < 0) return false;
    if (state.section && row.dataset.section !== state.section) return false;
    if (state.diagnosis && (" " + (row.dataset.kinds || "") + " ").indexOf(" " + state.diagnosis + " ") < 0) return false;
    var tone = tones[state.status];
    if (!tone) return true;
    var cells = column < 0 ? Array.prototype.slice.call(row.cells, 1, -2) : [row.cells[column]];
    return cells.some(function (cell) { return cell.className.charAt(0) === tone; });
  }

  function matchesStuck(row, text) {
    if (text && row.cells[0].textContent.toLowerCase().indexOf(text) < 0) return false;
    if (state.section && row.dataset.section !== state.section) return false;
    return !state.exercise || row.dataset.stuck.split(" ").indexOf(state.exercise) >= 0;
  }

  function showColumns(column) {
    var shown = function (number, length) { return column < 0 || number === 0 || number === column || number >= length - 2; };
    Array.prototype.forEach.call(table.rows, function (row) {
      for (var number = 0; number < row.cells.length; number++) row.cells[number].hidden = !shown(number, row.cells.length);
    });
  }

  function apply() {
    var column = columnOf(state.exercise);
    var text = state.search.trim().toLowerCase();
    var left = 0;
    rows.forEach(function (row) {
      row.hidden = !matches(row, column, text);
      if (!row.hidden) left += 1;
    });
    if (table.dataset.column !== String(column)) showColumns(column);
    table.dataset.column = column;
    document.querySelectorAll("main :not(.heat th)[data-exercise]").forEach(function (one) {
      one.hidden = column >= 0 && one.dataset.exercise !== state.exercise;
    });
    document.querySelectorAll("[data-exercises]").forEach(function (one) {
      one.hidden = column >= 0 && one.dataset.exercises.split(" ").indexOf(state.exercise) < 0;
    });
    document.querySelectorAll("[data-stuck]").forEach(function (row) { row.hidden = !matchesStuck(row, text); });
    form.elements.shown.value = left === rows.length ? rows.length + " learners" : left + " of " + rows.length + " learners";
    sort();
    oneStop();
  }

  function fillIn() {
    fields.forEach(function (name) {
      form.elements[name].value = state[name];
      // The address of another class may name an exercise that this class lacks; it must not hide every learner.
      state[name] = form.elements[name].value;
      if (!state[name]) form.elements[name].value = "";
    });
    if (fields.indexOf("section") < 0) state.section = "";
  }

  function take() {
    fields.forEach(function (name) { state[name] = form.elements[name].value; });
    write();
    apply();
  }

  // ---- sorting: by name, or by the number in a column ----

  function value(row, column) {
    if (column === 0) return row.cells[0].textContent.toLowerCase();
    var number = parseFloat(row.cells[column].textContent);
    return isNaN(number) ? -1 : number;
  }

  function sort() {
    if (state.sort === sorted) return;
    sorted = state.sort;
    var down = sorted.charAt(0) === "-";
    var column = heads.findIndex(function (head) { return head.dataset.sort === sorted.replace("-", ""); });
    heads.forEach(function (head, number) {
      if (number === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    var order = rows.slice();
    if (column >= 0) {
      order.sort(function (one, other) {
        var a = value(one, column), b = value(other, column);
        var way = typeof a === "string" ? a.localeCompare(b) : a - b;
        return down ? -way : way;
      });
    }
    order.forEach(function (row) { body.appendChild(row); });
  }

  heads.forEach(function (head, number) {
    var button = document.createElement("button");
    while (head.firstChild) button.appendChild(head.firstChild);
    button.type = "button";
    button.title = "Sort";
    head.appendChild(button);
    head.dataset.sort = head.dataset.exercise || ["name", "total", "complete"][number === 0 ? 0 : number - heads.length + 3];
    button.addEventListener("click", function () {
      var name = head.dataset.sort;
      // Numbers first from the top, then from the bottom, then as it was; names the other way about.
      var ways = number === 0 ? [name, "-" + name, ""] : ["-" + name, name, ""];
      state.sort = ways[(ways.indexOf(state.sort) + 1) % 3];
      write();
      apply();
    });
  });

  // ---- keys ----

  function shownCells(row) {
    return Array.prototype.slice.call(row.cells, 1).filter(function (cell) { return !cell.hidden; });
  }

  // One cell can be reached with Tab; the arrows go on from there.
  function oneStop(wanted) {
    var old = body.querySelector("td[tabindex]");
    var first = body.querySelector("tr:not([hidden]) td:not([hidden])");
    var next = wanted || (old && !old.hidden && !old.parentNode.hidden ? old : first);
    if (old && old !== next) old.removeAttribute("tabindex");
    if (next) next.tabIndex = 0;
  }

  function neighbour(cell, key) {
    var cells = shownCells(cell.parentNode);
    var at = cells.indexOf(cell);
    if (key === "ArrowLeft") return cells[at - 1];
    if (key === "ArrowRight") return cells[at + 1];
    if (key === "Home") return cells[0];
    if (key === "End") return cells[cells.length - 1];
    var row = cell.parentNode;
    do { row = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling; } while (row && row.hidden);
    return row && shownCells(row)[at];
  }

  function open(cell) {
    var link = cell.parentNode.querySelector("a");
    var exercise = heads[cell.cellIndex].dataset.exercise;
    if (link) location.href = link.getAttribute("href") + (exercise && !cell.classList.contains("m") ? "#" + exercise : "");
  }

  table.addEventListener("keydown", function (event) {
    var cell = event.target.closest("td");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") { open(cell); return; }
    if (!/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)) return;
    event.preventDefault();
    var next = neighbour(cell, event.key);
    if (!next) return;
    oneStop(next);
    next.focus();
  });
  table.addEventListener("click", function (event) {
    var cell = event.target.closest("tbody td");
    if (cell) { oneStop(cell); cell.focus(); }
  });
  table.addEventListener("dblclick", function (event) {
    var cell = event.target.closest("tbody td");
    if (cell) open(cell);
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && event.target === form.elements.search) { form.elements.search.value = ""; take(); }
  });
  window.onSingleKey("/", function () { form.elements.search.focus(); });

  // ---- the rest ----

  form.addEventListener("input", take);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("reset", function () {
    names.forEach(function (name) { state[name] = ""; });
    setTimeout(function () { write(); apply(); }, 0);
  });
  window.addEventListener("hashchange", function () { if (read()) { fillIn(); apply(); } });
  document.querySelectorAll(".only").forEach(function (link) {
    link.hidden = false;
    link.addEventListener("click", function () { document.getElementById("learners").scrollIntoView(); });
  });

  // For browsers in which the style alone cannot print what is folded away.
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    unfolded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    unfolded.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () { unfolded.forEach(function (one) { one.open = false; }); });

  names.forEach(function (name) { state[name] = ""; });
  read();
  fillIn();
  form.hidden = false;
  apply();
})();
