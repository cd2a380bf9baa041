// Not a module, so that it runs before the first paint and the theme does not flash.
(() => {
	try {
		const theme = localStorage.getItem('theme');
		if (theme === 'light' || theme === 'dark') {
			document.documentElement.dataset.theme = theme;
		}
	} catch {
		// storage is not available: use the theme of the system
	}
})();
