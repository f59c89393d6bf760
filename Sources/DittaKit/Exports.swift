// Frames and labels, and the files of both, are what a session takes and gives: whoever uses one needs them, so that
// `import DittaKit` is all there is to write. Modules of this package import what they use by its own name.
@_exported public import Media
@_exported public import Raster
