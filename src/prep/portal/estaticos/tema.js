// Applies the reader's choice of light or dark before the first paint. Nothing else is stored, and no cookie is used.
try {
  const tema = localStorage.getItem('prep-tema')
  if (tema === 'claro' || tema === 'oscuro') document.documentElement.dataset.tema = tema
} catch { /* storage may be forbidden; the system's preference applies */ }
if (self !== top && new URLSearchParams(location.search).has('insertada')) document.documentElement.classList.add('insertada') // inside somebody's frame
