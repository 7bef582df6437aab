// Practice with packages, where what is chosen among has the focus; and with a scan, whole or from near: what is blurred
// is seen only so.
document.querySelector('[data-enfoca]')?.focus()

const boton = document.getElementById('de-cerca'), salida = document.getElementById('salida')
boton?.addEventListener('click', () => {
  const cerca = salida.toggleAttribute('data-cerca')
  boton.setAttribute('aria-pressed', cerca)
  if (cerca) { salida.scrollLeft = (salida.scrollWidth - salida.clientWidth) / 2; salida.focus() }
})
