// Each place opens into its actas that add no votes, with the reason. Read only when somebody opens it.
import { AQUI, leer, incrustados } from './datos.js'
import { t, di } from './textos.js'
import { el, falla } from './dom.js'
import { esDemarcacion, fila, todas } from './actas.js'

const datos = incrustados()

async function llenar(lugar) {
  const cuerpo = lugar.querySelector('.casillas')
  const id = Number(lugar.dataset.lugar)
  let d
  try {
    d = await leer(new URL(`${datos.eleccion}/demarcacion/${id}.json`, AQUI), esDemarcacion(datos.eleccion, id))
  } catch (e) { falla(cuerpo, e, () => llenar(lugar)); return }
  cuerpo.replaceChildren(el('ul', { class: 'actas' }, todas(d).filter(x => x.a.contabilizada === 0).map(({ a, c, s }) =>
    fila(a, `${di('seccion', { n: s.seccion })} ${c.nombre}`, `${id}.html#${a.clave}`, true))))
}

for (const lugar of document.querySelectorAll('details[data-lugar]')) {
  lugar.addEventListener('toggle', () => { if (lugar.open) llenar(lugar) }, { once: true })
}
const unico = document.querySelectorAll('details[data-lugar]')
if (unico.length === 1) unico[0].open = true
