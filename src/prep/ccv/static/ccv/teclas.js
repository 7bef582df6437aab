// How many keys an exercise takes: sent with it.
const hoja = document.getElementById('hoja')
const campo = hoja.appendChild(Object.assign(document.createElement('input'), { type: 'hidden', name: 'teclas', value: '0' }))
document.addEventListener('keydown', (e) => {
  if (!e.repeat && !['Shift', 'Control', 'Alt', 'AltGraph', 'Meta'].includes(e.key)) campo.value = Number(campo.value) + 1
}, true)
