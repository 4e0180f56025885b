// The beginning: read the data, show what it is, and what both kinds of page have in common.

const data = JSON.parse(byId("data").textContent);

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (event.key === "/") byId("search").focus();
  else if (event.key === "?") toggleHelp();
  else return;
  event.preventDefault();
});

function toggleHelp() {
  const help = byId("help");
  if (help.open) help.close();
  else help.showModal();
}

byId("open-help").addEventListener("click", toggleHelp);
byId("close-help").addEventListener("click", toggleHelp);

if (data.status === "solved") showAnswer(data);
else showConflict(data);
document.documentElement.dataset.ready = "yes";
