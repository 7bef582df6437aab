// Typing an acta: Enter goes on, the arrows go back, one key each for a blank box and for one that cannot be read.
import { declarar } from '../diseno/teclas.js'
import { borrador, prepararMesa } from './mesa.js'
import { caja, prepararVisor } from './visor.js'

const MARCAS = { '-': 'Sin dato', '*': 'Ilegible' }
const ESCRITAS = Object.fromEntries(Object.entries(MARCAS).map(([tecla, marca]) => [marca, tecla]))
const visor = prepararVisor(), mesa = prepararMesa(poner), textos = document.getElementById('textos').dataset
const terminar = document.getElementById('terminar')
const encabezado = document.getElementById('encabezado'), motivo = document.getElementById('motivo')
let campos, cuaderno, empezada // of the acta that is on the page

const anotar = () => cuaderno.guardar({ empezada, valores: campos.map((c) => c.value) })
const vale = (c) => /^\d{1,4}$/.test(c.value) || c.value in ESCRITAS

function empezar(en = campos[0]) {
  empezada = true
  if (encabezado) encabezado.hidden = true
  mesa.hoja.inert = false
  en.focus()
}

function ir(lugar) {
  if (lugar >= campos.length) return terminar.focus()
  campos[Math.max(0, lugar)].focus()
}

function senalar(c) {
  c.setAttribute('aria-invalid', 'true')
  c.setAttribute('aria-describedby', 'dice')
  mesa.decir(mesa.frases.faltan, true)
  c.focus()
}

function mandar() {
  if (mesa.ocupada()) return
  const falta = campos.find((c) => !vale(c))
  if (falta) return senalar(falta)
  if (motivo && !mesa.hoja.elements.motivo?.value) return motivo.showModal()
  enviar()
}

async function enviar() {
  const valores = Object.fromEntries(campos.map((c) => [c.name, ESCRITAS[c.value] ?? c.value]))
  const mal = new Set(await mesa.enviar('enviar', valores))
  const revisar = campos.filter((c) => mal.has(c.name.slice(2)))
  for (const c of revisar) c.setAttribute('aria-invalid', 'true')
  revisar[0]?.focus()
}

function marcar(marca) {
  const lugar = campos.indexOf(document.activeElement)
  if (lugar < 0) return
  campos[lugar].value = marca
  campos[lugar].dispatchEvent(new Event('input'))
  ir(lugar + 1)
}

declarar({ tecla: 'Enter', dice: textos.siguiente, alEscribir: true, hacer() {
  if (mesa.seguir()) return
  if (!empezada) return empezar()
  const activo = document.activeElement, lugar = campos.indexOf(activo)
  if (lugar < 0) return activo.matches('button, a') && activo !== terminar ? activo.click() : mandar()
  vale(campos[lugar]) ? ir(lugar + 1) : senalar(campos[lugar])
} })
declarar({ tecla: 'ArrowUp', dice: textos.anterior, alEscribir: true, hacer() {
  const lugar = campos.indexOf(document.activeElement)
  ir(lugar < 0 ? campos.length - 1 : lugar - 1)
} })
declarar({ tecla: 'ArrowDown', dice: textos.siguiente, alEscribir: true, hacer() { ir(campos.indexOf(document.activeElement) + 1) } })
declarar({ tecla: '-', dice: textos.blanco, alEscribir: true, hacer: () => marcar(MARCAS['-']) })
declarar({ tecla: '*', dice: textos.ilegible, alEscribir: true, hacer: () => marcar(MARCAS['*']) })

mesa.hoja.addEventListener('submit', (e) => { e.preventDefault(); mandar() })
document.getElementById('es-esta')?.addEventListener('click', () => empezar())
document.getElementById('con-motivo')?.addEventListener('submit', (e) => {
  e.preventDefault()
  const dicho = document.getElementById('el-motivo').value.trim()
  if (!dicho) return
  const campo = mesa.hoja.elements.motivo ?? mesa.hoja.appendChild(Object.assign(document.createElement('input'), { type: 'hidden', name: 'motivo' }))
  campo.value = dicho
  motivo.close()
  enviar()
})

function abrir() {
  campos = [...document.querySelectorAll('.renglones input')]
  cuaderno = borrador(mesa.frases.orden)
  empezada = !encabezado
  for (const c of campos) {
    c.addEventListener('focus', () => { c.select(); visor.mirar(caja(c)); c.closest('li').scrollIntoView({ block: 'center' }) })
    c.addEventListener('beforeinput', (e) => {
      if (e.data === null) { if (c.value in ESCRITAS && e.inputType.startsWith('delete')) { e.preventDefault(); c.value = ''; anotar() } return }
      if (!/^\d+$/.test(e.data)) return e.preventDefault()
      if (c.value in ESCRITAS) c.value = ''
      if (c.value.length - (c.selectionEnd - c.selectionStart) + e.data.length > 4) e.preventDefault()
    })
    c.addEventListener('input', () => { c.removeAttribute('aria-invalid'); c.removeAttribute('aria-describedby'); mesa.decir(''); anotar() })
  }
  const { guardado } = cuaderno
  if (guardado) {
    campos.forEach((c, i) => { c.value = guardado.valores[i] ?? '' })
    empezada ||= guardado.empezada
  }
  if (empezada) empezar(campos.find((c) => !vale(c)) ?? terminar)
  else { visor.mirar(caja(encabezado)); mesa.hoja.inert = true; document.getElementById('es-esta').focus() }
}

function poner(acta) {
  visor.poner(acta.imagen)
  if (encabezado) { encabezado.dataset.caja = acta.encabezado; encabezado.hidden = false }
  abrir()
}

abrir()
