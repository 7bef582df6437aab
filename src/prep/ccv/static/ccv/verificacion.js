// Checking an acta: each row's crop beside its value. Enter says that it is the same; a key marks the one that is not.
import { declarar } from '../diseno/teclas.js'
import { enManos, olvidar, prepararMesa } from './mesa.js'
import { caja, prepararVisor, recortar } from './visor.js'

olvidar(enManos())
const visor = prepararVisor(), mesa = prepararMesa(poner), textos = document.getElementById('textos').dataset
const terminar = document.getElementById('terminar'), motivo = document.getElementById('motivo')
const hay = () => marcas.some((m) => m.checked)
let filas, marcas, vista // of the acta that is on the page

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

mesa.hoja.addEventListener('submit', (e) => { e.preventDefault(); mandar() })
document.getElementById('con-motivo').addEventListener('submit', (e) => {
  e.preventDefault()
  const dicho = document.getElementById('el-motivo').value.trim()
  if (!dicho) return
  motivo.close()
  mesa.enviar('devolver', { motivo: dicho })
})

function abrir() {
  const suyas = [...document.querySelectorAll('.revision li')]
  filas = suyas
  marcas = filas.map((f) => f.querySelector('input'))
  vista = 0
  terminar.disabled = true
  filas.forEach((fila, i) => {
    marcas[i].addEventListener('focus', () => {
      for (const otra of filas) otra.toggleAttribute('data-actual', otra === fila)
      fila.scrollIntoView({ block: 'center' })
      visor.mirar(caja(fila))
    })
    marcas[i].addEventListener('change', () => { fila.toggleAttribute('data-mal', marcas[i].checked); decirFin() })
  })
  visor.lista.then(() => {
    if (suyas !== filas || !visor.enderezada || !visor.img.naturalWidth) return
    for (const fila of filas) {
      const donde = caja(fila)
      if (donde) recortar(visor.img, donde, fila.querySelector('canvas'))
    }
    filas.find((f) => 'actual' in f.dataset)?.scrollIntoView({ block: 'nearest' })
  })
  for (const m of marcas) m.checked = false
  decirFin()
  ir(0)
}

function poner(acta) {
  visor.poner(acta.imagen)
  abrir()
}

abrir()
