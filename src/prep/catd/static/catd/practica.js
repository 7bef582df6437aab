// A scan, whole or from near: what is blurred is seen only so.
const boton = document.getElementById('de-cerca'), salida = document.getElementById('salida')

boton.addEventListener('click', () => {
  const cerca = salida.toggleAttribute('data-cerca')
  boton.setAttribute('aria-pressed', cerca)
  if (cerca) { salida.scrollLeft = (salida.scrollWidth - salida.clientWidth) / 2; salida.focus() }
})
