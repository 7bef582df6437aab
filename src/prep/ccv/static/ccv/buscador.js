// What is found as one types: the arrows go through it and Enter takes the first, once it is of what was typed.
const campo = document.getElementById('busca'), lista = document.getElementById('halladas')
const halladas = () => [...document.querySelectorAll('.halladas .hallada')]
let pendiente = false

function tomar() {
  pendiente = lista.firstElementChild?.dataset.q !== campo.value.trim()
  if (!pendiente) lista.querySelector('.hallada')?.click()
}

campo?.addEventListener('input', () => { pendiente = false })
document.addEventListener('htmx:afterSwap', (e) => { if (e.target === lista && pendiente) tomar() })
document.addEventListener('keydown', (e) => {
  const todas = halladas(), lugar = todas.indexOf(document.activeElement), aqui = campo && e.target === campo
  if (!aqui && lugar < 0) return
  if (e.key === 'ArrowDown') { e.preventDefault(); todas[Math.min(todas.length - 1, lugar + 1)]?.focus() }
  if (e.key === 'ArrowUp') { e.preventDefault(); (lugar > 0 ? todas[lugar - 1] : campo).focus() }
  if (e.key === 'Enter' && aqui) { e.preventDefault(); tomar() }
}, true)
