// The camera, inside the page.
export async function abrir(video) {
  const pedido = { audio: false, video: { facingMode: 'environment', width: { ideal: 4096 }, height: { ideal: 3072 } } }
  const corriente = await navigator.mediaDevices.getUserMedia(pedido)
  const [pista] = corriente.getVideoTracks()
  if (video) {
    video.srcObject = corriente
    await video.play()
  }
  return { corriente, pista, video, linterna: Boolean(pista.getCapabilities?.().torch) }
}
export const cerrar = camara => camara?.corriente.getTracks().forEach(p => p.stop())
export const alumbrar = (camara, si) => camara.pista.applyConstraints({ advanced: [{ torch: si }] })
