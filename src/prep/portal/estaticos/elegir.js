// Selectors that narrow down: place, sección, casilla. Each fills the next; `Ver` goes as far as was chosen.
import { t, di } from './textos.js'
import { el, falla } from './dom.js'
import { todas } from './actas.js'

/** `lugares`: [[id, name]…] or null on the page of a place; `leerLugar(id)`: its document; `ir(id, ancla)`: goes there. */
export function elegir(forma, lugares, palabra, leerLugar, ir) {
  const opcion = (valor, nombre) => el('option', { value: valor }, nombre)
  const caja = frase => el('select', { 'aria-label': frase }, opcion('', frase))
  const vaciar = (s, lleno) => { while (s.options.length > 1) s.lastChild.remove(); s.value = ''; s.disabled = !lleno }
  const lugar = lugares && caja(di('elige_lugar', { lugar: palabra }))
  const seccion = caja(t.elige_seccion), casilla = caja(t.elige_casilla)
  const boton = el('button', { type: 'submit', disabled: Boolean(lugares) }, t.ir), dicho = el('div', { role: 'status' })
  let doc = null
  if (lugar) lugar.append(...lugares.map(([id, nombre]) => opcion(id, nombre)))
  vaciar(seccion, !lugares); vaciar(casilla, false)

  async function llenar() {
    const id = lugar ? lugar.value : null
    vaciar(seccion, false); vaciar(casilla, false)
    boton.disabled = lugar !== null && !id
    dicho.replaceChildren()
    if (lugar && !id) return
    try { doc = await leerLugar(id) } catch (e) { falla(dicho, e, llenar); return }
    if (lugar && lugar.value !== id) return // another was chosen meanwhile
    if (!doc) return
    seccion.append(...doc.secciones.map(s => opcion(s.seccion, di('seccion', { n: s.seccion }))))
    seccion.disabled = false
  }
  lugar?.addEventListener('change', llenar)
  seccion.addEventListener('change', () => {
    const de = todas(doc).filter(x => String(x.s.seccion) === seccion.value)
    vaciar(casilla, de.length)
    casilla.append(...de.map(({ a, c }) => opcion(a.clave, c.nombre)))
  })
  forma.addEventListener('submit', e => {
    e.preventDefault()
    const ancla = casilla.value ? `#${casilla.value}` : seccion.value ? `#s${seccion.value}` : ''
    ir(lugar ? lugar.value : null, ancla)
  })
  forma.replaceChildren(...[lugar, seccion, casilla, boton, dicho].filter(Boolean))
  forma.hidden = false
  return { llenar }
}
