// A camera where there is no hand-held reader: what it sees is typed and sent, as that one does.
import { abrir, cerrar } from '../diseno/camara.js'
import { leerTextos } from '../diseno/qr.js'

const CADA = 250
const OTRA_VEZ = 4000 // a code that stays in front is read once
const boton = document.getElementById('camara'), visor = document.getElementById('visor'), leer = document.getElementById('leer')
const [video, estado] = visor.children
const vistos = new Map()
let camara = null

const espera = ms => new Promise(listo => setTimeout(listo, ms))

async function mirar(mia) {
  while (camara === mia) {
    for (const dicho of await leerTextos(video, video.videoWidth, video.videoHeight)) {
      const antes = vistos.get(dicho) ?? -OTRA_VEZ
      vistos.set(dicho, performance.now())
      if (camara !== mia || performance.now() - antes < OTRA_VEZ) continue
      leer.elements.q.value = dicho
      leer.requestSubmit()
    }
    await espera(CADA)
  }
}

function apagar() {
  cerrar(camara)
  camara = null
  visor.hidden = true
}

boton.addEventListener('click', async () => {
  if (camara) return apagar()
  visor.hidden = false
  estado.textContent = visor.dataset.lee
  try {
    await mirar(camara = await abrir(video))
  } catch (error) {
    console.info(error)
    cerrar(camara)
    camara = null
    estado.textContent = visor.dataset.falla
  }
})
