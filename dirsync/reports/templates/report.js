"use strict";
// Extras only: without this script the page shows the same statements, unsorted and unfiltered.
(function () {
  const LONG = 12;

  function cellText(row, column) {
    const cell = row.cells[column];
    return cell ? cell.textContent.trim() : "";
  }

  function comparable(text) {
    const digits = text.replace(/,/g, "");
    return /^-?\d+(\.\d+)?$/.test(digits) ? Number(digits) : text.toLocaleLowerCase();
  }

  function compare(one, other) {
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one).localeCompare(String(other), undefined, { numeric: true });
  }

  // As the W3C's APG describes a sortable table: a button in the header, aria-sort on the sorted column.
  function makeSortable(table) {
    const headers = Array.from(table.tHead.rows[0].cells);
    headers.forEach(function (header, column) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent;
      header.textContent = "";
      header.append(button);
      button.addEventListener("click", function () {
        const descending = header.getAttribute("aria-sort") === "ascending";
        headers.forEach(function (each) { each.removeAttribute("aria-sort"); });
        header.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = Array.from(body.rows).map(function (row) {
          return { row: row, key: comparable(cellText(row, column)) };
        });
        rows.sort(function (one, other) { return compare(one.key, other.key) * (descending ? -1 : 1); });
        body.append.apply(body, rows.map(function (each) { return each.row; }));
      });
    });
  }

  // One field for the rows of a table and for the names below it, which found no row.
  function makeFilterable(table) {
    const part = table.closest("details");
    const more = part ? part.querySelectorAll(".by-name li") : [];
    const items = Array.from(table.tBodies[0].rows).concat(Array.from(more));
    if (items.length < LONG) return;
    const label = document.createElement("label");
    const field = document.createElement("input");
    const told = document.createElement("output");
    label.className = "filter";
    field.type = "search";
    label.append("Filter ", field, told);
    (table.closest(".scroll") || table).before(label);
    let texts = null;
    let waiting = 0;
    function filter() {
      const wanted = field.value.toLocaleLowerCase();
      let shown = 0;
      // Reading fifty thousand names takes a while, so it is done once and only for whoever looks for one.
      texts = texts || items.map(function (item) { return item.textContent.toLocaleLowerCase(); });
      items.forEach(function (item, place) {
        const fits = texts[place].includes(wanted);
        if (item.hidden === fits) item.hidden = !fits;
        if (fits) shown += 1;
      });
      told.textContent = wanted ? " " + shown.toLocaleString("en") + " of " + items.length.toLocaleString("en") : "";
    }
    field.addEventListener("input", function () {
      clearTimeout(waiting);
      waiting = setTimeout(filter, items.length > 1000 ? 150 : 0);
    });
  }

  // The page states UTC; the reader's own time is one glance away.
  document.querySelectorAll("time[datetime]").forEach(function (element) {
    const moment = new Date(element.dateTime);
    if (element.dateTime.length > 10 && !isNaN(moment)) element.title = moment.toLocaleString() + " where you are";
  });
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll("table.filterable").forEach(makeFilterable);

  // Paper can't be unfolded.
  let opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach(function (each) { each.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (each) { each.open = false; });
  });

  // A link into a folded part unfolds it.
  function unfold() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let each = target; each; each = each.parentElement) {
      if (each.tagName === "DETAILS") each.open = true;
    }
  }
  window.addEventListener("hashchange", unfold);
  unfold();
})();
