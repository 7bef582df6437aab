// What is answered with one key each, beside what an acta says: a button or a form with `data-acto` sends it.
import { declarar } from '../diseno/teclas.js'
import { enManos, olvidar, prepararMesa } from './mesa.js'
import { caja, prepararVisor } from './visor.js'

olvidar(enManos())
const visor = document.getElementById('visor') && prepararVisor(), mesa = prepararMesa()
const filas = [...document.querySelectorAll('.lectura li')], motivo = document.getElementById('motivo')
let actual = -1

function mirar(lugar) {
  actual = Math.max(0, Math.min(filas.length - 1, lugar))
  for (const f of filas) f.toggleAttribute('data-actual', f === filas[actual])
  filas[actual].scrollIntoView({ block: 'nearest' })
  visor?.mirar(caja(filas[actual]))
}

const datos = (e) => (e.dataset.resultado ? { resultado: e.dataset.resultado } : {})

for (const b of document.querySelectorAll('button[data-acto]')) b.addEventListener('click', () => mesa.enviar(b.dataset.acto, datos(b)))
document.getElementById('con-motivo')?.addEventListener('submit', (e) => {
  e.preventDefault()
  const dicho = document.getElementById('el-motivo').value.trim()
  if (!dicho) return
  motivo.close()
  mesa.enviar(e.target.dataset.acto, { motivo: dicho, ...datos(e.target) })
})
mesa.hoja.addEventListener('submit', (e) => e.preventDefault())
for (const b of document.querySelectorAll('[data-imagen]')) {
  b.addEventListener('click', () => {
    for (const otro of document.querySelectorAll('[data-imagen]')) otro.setAttribute('aria-pressed', otro === b)
    visor.img.addEventListener('load', visor.entera, { once: true })
    visor.img.src = b.dataset.imagen
  })
}
if (filas.length) {
  const dice = document.querySelector('.lectura').getAttribute('aria-label')
  declarar({ tecla: 'ArrowUp', dice, hacer: () => mirar(actual - 1) })
  declarar({ tecla: 'ArrowDown', dice, hacer: () => mirar(actual + 1) })
}
document.addEventListener('keydown', (e) => {
  if (e.key !== 'Enter' || document.querySelector('dialog[open]') || e.target.closest('.salidas')) return
  if (mesa.seguir() || mesa.reintentar()) { e.preventDefault(); e.stopPropagation() }
}, true)
