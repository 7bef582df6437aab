// Which acta a picture is of: found as one types, or said by its subject, and confirmed against its heading.
import './buscador.js'
import { enManos, olvidar, prepararMesa } from './mesa.js'
import { prepararVisor } from './visor.js'

olvidar(enManos())
prepararVisor({ alEscribir: false })
const mesa = prepararMesa(), campo = document.getElementById('busca'), lista = document.getElementById('halladas')
const elegida = document.getElementById('elegida'), cual = document.getElementById('cual'), si = document.getElementById('es-esta')
let clave = elegida.dataset.clave

function elegir(hallada) {
  mesa.desistir() // another acta is another thing to say
  clave = hallada?.dataset.clave ?? ''
  elegida.hidden = !clave
  lista.hidden = !!clave
  cual.replaceChildren(...[...hallada?.childNodes ?? []].map((n) => n.cloneNode(true)))
}
function otra() { elegir(null); campo.focus(); campo.select() }

lista?.addEventListener('click', (e) => {
  const hallada = e.target.closest('.hallada')
  if (hallada) { elegir(hallada); si.focus() }
})
document.getElementById('es-otra')?.addEventListener('click', otra)
campo?.addEventListener('input', () => elegir(null))
document.addEventListener('keydown', (e) => {
  if (document.querySelector('dialog[open]')) return
  if (e.key === 'Escape' && clave && campo) { e.preventDefault(); otra() }
  if (e.key === 'Enter' && !e.target.closest('.salidas') && (mesa.seguir() || mesa.reintentar())) { e.preventDefault(); e.stopPropagation() }
}, true)
mesa.hoja.addEventListener('submit', (e) => { e.preventDefault(); if (clave) mesa.enviar('enviar', { acta: clave }) })
document.getElementById('con-fuera')?.addEventListener('submit', (e) => {
  e.preventDefault()
  document.getElementById('fuera').close()
  mesa.enviar('fuera', Object.fromEntries(new FormData(e.target)))
})
