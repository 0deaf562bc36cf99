// Keeps what was just asked or answered in view while it is drawn; the page is drawn for light mode.
(() => {
  let shown = 0;
  let asked = "";
  let target = null;
  let until = 0;
  const follow = (element) => { target = element; until = performance.now() + 1500; };
  const release = () => { target = null; };
  const step = () => {
    if (target && performance.now() < until && target.isConnected) target.scrollIntoView({ block: "start" });
    else target = null;
    if (target) setTimeout(step, 60);
  };
  const look = () => {
    document.body.classList.remove("dark");
    const turns = document.querySelectorAll(".bc-turn");
    const live = document.querySelector(".bc-livebox");
    if (live && live.id !== asked) { asked = live.id; follow(live); step(); }
    if (!live) asked = "";
    if (turns.length > shown) { follow(turns[turns.length - 1]); step(); }
    if (turns.length || !live) shown = turns.length;
  };
  for (const event of ["wheel", "touchstart", "keydown", "mousedown"]) addEventListener(event, release, { passive: true });
  const start = () => new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
