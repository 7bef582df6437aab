// A wall is dark unless whoever hung it chose otherwise. It runs before anything is painted.
document.documentElement.dataset.tema ||= 'oscuro'
