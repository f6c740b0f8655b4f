// SPDX-License-Identifier: BSD-3-Clause
// What pages of the course do by themselves. All is there without it, too.
"use strict";

(() => {
  // ---- Views: learner, instructor (notes open), projector (large) ----------
  // ?view=projector chooses one; it holds until another is chosen.

  const VIEWS = { learner: "Learner", instructor: "Instructor", projector: "Projector" };

  function stored(value) {
    try {
      if (value !== undefined) sessionStorage.setItem("course-view", value);
      return sessionStorage.getItem("course-view");
    } catch (error) {
      return null; // not allowed to store: the view holds for this page
    }
  }

  function showView(view) {
    document.body.dataset.view = view;
    for (const note of document.querySelectorAll("details.instructor-note")) {
      note.open = view === "instructor";
    }
    const select = document.querySelector(".view select");
    if (select) select.value = view;
    stored(view);
  }

  function addViews() {
    const asked = new URLSearchParams(location.search).get("view");
    const view = [asked, stored(), "learner"].find((name) => Object.hasOwn(VIEWS, name));
    const sidebar = document.querySelector(".sidebar-tree");
    if (sidebar) {
      const label = document.createElement("label");
      label.className = "view";
      label.append("View ");
      const select = document.createElement("select");
      for (const [name, text] of Object.entries(VIEWS)) {
        select.add(new Option(text, name));
      }
      select.addEventListener("change", () => showView(select.value));
      label.append(select);
      sidebar.before(label);
    }
    const leave = document.createElement("button");
    leave.className = "leave-view";
    leave.textContent = "Leave the projector view";
    leave.addEventListener("click", () => showView("learner"));
    document.querySelector(".main").append(leave);
    showView(view);
  }

  // ---- Tabs: the Tab key reaches the chosen one ------------------------------

  function markTabs() {
    for (const tab of document.querySelectorAll(".sphinx-tabs-tab")) {
      tab.tabIndex = tab.getAttribute("aria-selected") === "true" ? 0 : -1;
    }
    reachWide();
  }

  // ---- What is wider than its box can be scrolled with the keyboard ----------

  function reachWide() {
    for (const box of document.querySelectorAll("pre, .table-wrapper, div.math")) {
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) {
        box.tabIndex = 0;
      } else {
        box.removeAttribute("tabindex");
      }
    }
  }

  // ---- The side bars of narrow pages open with the keyboard, too --------------

  function reachSidebars() {
    for (const icon of document.querySelectorAll("label[for=__navigation], label[for=__toc]")) {
      if (icon.getAttribute("aria-hidden")) continue;
      icon.setAttribute("role", "button");
      icon.tabIndex = 0;
      icon.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        icon.click();
      });
    }
  }

  // ---- Paper shows what is folded --------------------------------------------

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.folded:not([open])")];
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });

  addEventListener("DOMContentLoaded", () => {
    addViews();
    reachSidebars();
    // After sphinx-tabs has brought back the choice of site.
    setTimeout(markTabs);
    addEventListener("click", () => setTimeout(markTabs));
    addEventListener("resize", reachWide);
  });
})();
