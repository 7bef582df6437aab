document.getElementById('imprimir').addEventListener('click', () => print())
