// Toasts. `avisar('Acta guardada.')`; errors stay until they are closed, the rest leave by themselves.
const SEGUNDOS = 6
const caja = document.getElementById('avisos')

function despedir(aviso) {
  if (!aviso.matches('.mal, .aviso')) setTimeout(() => aviso.remove(), SEGUNDOS * 1000)
}

export function avisar(frase, { mal = false } = {}) {
  const aviso = document.getElementById(mal ? 'aviso-molde-mal' : 'aviso-molde').content.firstElementChild.cloneNode(true)
  aviso.querySelector('span').textContent = frase
  for (const igual of caja.children) if (igual.querySelector('span').textContent === frase) igual.remove()
  caja.append(aviso)
  despedir(aviso)
}

export function prepararAvisos() {
  for (const aviso of caja.children) despedir(aviso)
  caja.addEventListener('click', (evento) => evento.target.closest('button') && evento.target.closest('.brindis > div').remove())
  document.addEventListener('avisar', ({ detail }) => avisar(detail.frase ?? detail.value, { mal: detail.mal })) // HX-Trigger
}
