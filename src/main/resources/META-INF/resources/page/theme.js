// Runs before the first paint: a theme that comes later would flash. Hence no module.
(() => {
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') {
      document.documentElement.dataset.theme = theme;
    }
  } catch {
    // storage is closed to this page: the system's theme it is
  }
})();
