// Applies what the reader chose (light or dark, high contrast) before the first paint; the results site shares the key.
{
  const raiz = document.documentElement.dataset
  let leido = {}
  try { leido = { tema: localStorage.getItem('prep-tema'), contraste: localStorage.getItem('prep-contraste') } } catch { /* storage may be forbidden; the system's preference applies */ }
  if (leido.tema === 'claro' || leido.tema === 'oscuro') raiz.tema = leido.tema
  if (leido.contraste === 'alto' || (!leido.contraste && matchMedia('(prefers-contrast: more)').matches)) raiz.contraste = 'alto'
}
