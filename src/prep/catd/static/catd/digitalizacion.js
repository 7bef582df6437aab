// Files are sent one by one, and again until the server answers; what it says of each takes its place in the list.
import { PAUSA, aguardar, espera, intentar } from '../diseno/envio.js'

const DETENIDO = 15000 // a centre that does not work is asked less often
const forma = document.getElementById('digitaliza'), archivo = document.getElementById('archivo'), soltar = document.getElementById('soltar')
const resultados = document.getElementById('resultados'), lista = document.getElementById('lista')
const fila = []
let en_marcha = false

async function mandar({ datos, renglon }) {
  for (;;) {
    decir(renglon, forma.dataset.enviando)
    const { porque, pagina } = await intentar(forma, datos)
    if (!porque) return pagina
    if (porque === 'pausa') return undefined
    decir(renglon, forma.dataset[porque])
    await aguardar(porque)
  }
}

function decir(renglon, frase) { renglon.querySelector('b').textContent = frase }

function renglonDe(nombre) {
  const renglon = document.createElement('li'), b = document.createElement('b'), small = document.createElement('small'), p = document.createElement('p')
  renglon.className = 'resultado'
  small.textContent = nombre
  b.textContent = forma.dataset.enEspera
  p.append(b, ' ', small)
  renglon.append(p)
  return renglon
}

async function vaciar() {
  if (en_marcha) return
  forma.toggleAttribute('data-por-enviar', en_marcha = true)
  for (let uno; (uno = fila.shift());) {
    const pagina = await mandar(uno)
    if (pagina === undefined) { // it waits; what goes after it may be of an acta that was received
      decir(uno.renglon, forma.dataset.pausa)
      fila.push(uno)
      await espera(fila.length > 1 ? PAUSA : DETENIDO)
      continue
    }
    const suyos = [...pagina.getElementById('resultados')?.children ?? []]
    if (suyos.length) uno.renglon.replaceWith(...suyos)
    else { decir(uno.renglon, pagina.querySelector('.mensaje.mal')?.textContent.trim() || forma.dataset.falla); uno.renglon.classList.add('mal') }
    if (pagina.getElementById('lista')) lista.replaceChildren(...pagina.getElementById('lista').childNodes)
  }
  forma.toggleAttribute('data-por-enviar', en_marcha = false)
}

function encolar(archivos) {
  for (const uno of archivos) {
    const datos = new FormData(), renglon = renglonDe(uno.name)
    datos.set('documento', forma.elements.documento.value)
    datos.set('archivo', uno)
    resultados.prepend(renglon)
    if (uno.size > Number(forma.dataset.maximo)) { decir(renglon, forma.dataset.grande); renglon.classList.add('mal'); continue }
    fila.push({ datos, renglon })
  }
  archivo.value = ''
  vaciar()
}

forma.addEventListener('submit', (evento) => { if (archivo.files.length) { evento.preventDefault(); encolar([...archivo.files]) } })
archivo.addEventListener('change', () => encolar([...archivo.files]))
for (const que of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  soltar.addEventListener(que, (evento) => {
    evento.preventDefault()
    soltar.toggleAttribute('data-encima', que === 'dragenter' || que === 'dragover')
  })
}
soltar.addEventListener('drop', (evento) => encolar([...evento.dataTransfer.files]))
document.getElementById('manda').hidden = true // choosing sends
addEventListener('beforeunload', (evento) => { if (en_marcha) evento.preventDefault() })
