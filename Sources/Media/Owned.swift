/// The one owner of a C object, which it frees at the end of its life.
///
/// A class whose initialiser throws half-way does not run its `deinit`, but the owners it already holds run theirs.
@safe
struct Owned<Object>: ~Copyable {
    /// The object, valid as long as its owner lives.
    let pointer: UnsafeMutablePointer<Object>
    private let release: (UnsafeMutablePointer<Object>) -> Void

    /// Takes over an object fresh from its maker; nil, which makers return when memory is short, throws.
    init(
        _ pointer: UnsafeMutablePointer<Object>?, release: @escaping (UnsafeMutablePointer<Object>) -> Void
    ) throws(MediaError) {
        guard let pointer = unsafe pointer else { throw MediaError("there is not enough memory for a video buffer") }
        unsafe self.pointer = unsafe pointer
        unsafe self.release = unsafe release
    }

    deinit {
        unsafe release(pointer)
    }
}
