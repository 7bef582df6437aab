// Which acta a sheet is: found as one types, confirmed against the heading of the picture.
import './buscador.js'
import { olvidar, prepararMesa } from './mesa.js'
import { prepararVisor } from './visor.js'

olvidar()
prepararVisor({ alEscribir: false })
const mesa = prepararMesa(), campo = document.getElementById('busca'), lista = document.getElementById('halladas')
const elegida = document.getElementById('elegida'), cual = document.getElementById('cual'), si = document.getElementById('es-esta')
let clave = ''

lista.addEventListener('click', (e) => {
  const hallada = e.target.closest('.hallada')
  if (!hallada) return
  clave = hallada.dataset.clave
  cual.replaceChildren(...[...hallada.childNodes].map((n) => n.cloneNode(true)))
  elegida.hidden = false
  lista.hidden = true
  si.focus()
})
function otra() {
  clave = ''
  elegida.hidden = true
  lista.hidden = false
  campo.focus()
  campo.select()
}
document.getElementById('es-otra').addEventListener('click', otra)
campo.addEventListener('input', () => { if (clave) { otra(); campo.setSelectionRange(campo.value.length, campo.value.length) } })
document.addEventListener('keydown', (e) => {
  if (document.querySelector('dialog[open]')) return
  if (e.key === 'Escape' && clave) { e.preventDefault(); otra() }
  if (e.key === 'Enter' && mesa.seguir()) e.preventDefault()
})
mesa.hoja.addEventListener('submit', (e) => { e.preventDefault(); if (clave) mesa.enviar('enviar', { acta: clave }) })
document.getElementById('con-fuera')?.addEventListener('submit', (e) => {
  e.preventDefault()
  document.getElementById('fuera').close()
  mesa.enviar('fuera', Object.fromEntries(new FormData(e.target)))
})
