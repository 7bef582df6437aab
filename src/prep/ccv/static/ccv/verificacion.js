// Checking an acta: each row's crop beside its value. Enter says that it is the same; a key marks the one that is not.
import { declarar } from '../diseno/teclas.js'
import { enManos, olvidar, prepararMesa } from './mesa.js'
import { caja, prepararVisor, recortar } from './visor.js'

olvidar(enManos())
const visor = prepararVisor(), mesa = prepararMesa(), textos = document.getElementById('textos').dataset
const filas = [...document.querySelectorAll('.revision li')], marcas = filas.map((f) => f.querySelector('input'))
const terminar = document.getElementById('terminar'), motivo = document.getElementById('motivo')
const hay = () => marcas.some((m) => m.checked)
let vista = 0

function decirFin() {
  terminar.querySelector('span').textContent = hay() ? terminar.dataset.mal : terminar.dataset.bien
  terminar.classList.toggle('peligro', hay())
  terminar.classList.toggle('principal', !hay())
}

function ir(lugar) {
  vista = Math.max(vista, lugar)
  if (lugar >= filas.length) { terminar.disabled = false; mesa.decir(textos.fin); return terminar.focus() }
  marcas[Math.max(0, lugar)].focus()
}

const mandar = () => mesa.ocupada() || terminar.disabled || (hay() ? motivo.showModal() : mesa.enviar('enviar'))

declarar({ tecla: 'Enter', dice: textos.siguiente, alEscribir: true, hacer() {
  if (mesa.seguir()) return
  const activo = document.activeElement, lugar = marcas.indexOf(activo)
  if (lugar >= 0) return ir(lugar + 1)
  activo.matches('button, a') && activo !== terminar ? activo.click() : mandar()
} })
declarar({ tecla: 'ArrowUp', dice: textos.anterior, hacer() { const l = marcas.indexOf(document.activeElement); ir(l < 0 ? filas.length - 1 : l - 1) } })
declarar({ tecla: 'ArrowDown', dice: textos.siguiente, hacer() { const l = marcas.indexOf(document.activeElement); if (l >= 0) ir(l + 1) } })
declarar({ tecla: '-', dice: textos.marcar, alEscribir: true, hacer() {
  const marca = marcas[marcas.indexOf(document.activeElement)]
  if (marca) { marca.checked = !marca.checked; marca.dispatchEvent(new Event('change')) }
} })

filas.forEach((fila, i) => {
  marcas[i].addEventListener('focus', () => {
    for (const otra of filas) otra.toggleAttribute('data-actual', otra === fila)
    fila.scrollIntoView({ block: 'center' })
    visor.mirar(caja(fila))
  })
  marcas[i].addEventListener('change', () => { fila.toggleAttribute('data-mal', marcas[i].checked); decirFin() })
})
visor.lista.then(() => {
  if (!visor.enderezada || !visor.img.naturalWidth) return
  for (const fila of filas) {
    const donde = caja(fila)
    if (donde) recortar(visor.img, donde, fila.querySelector('canvas'))
  }
  filas.find((f) => 'actual' in f.dataset)?.scrollIntoView({ block: 'nearest' })
})
mesa.hoja.addEventListener('submit', (e) => { e.preventDefault(); mandar() })
document.getElementById('con-motivo').addEventListener('submit', (e) => {
  e.preventDefault()
  const dicho = document.getElementById('el-motivo').value.trim()
  if (!dicho) return
  motivo.close()
  mesa.enviar('devolver', { motivo: dicho })
})
for (const m of marcas) m.checked = false
ir(0)
