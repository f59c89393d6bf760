import Tensors

/// What a pickle of torch.save can hold.
///
/// Lists, dictionaries and tensors stand for places in a `Pickle`, so that nesting, however deep or circular, is flat in
/// memory, and a value that is referred to a million times is there once.
enum PickleValue: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case text(String)
    /// A list or a tuple.
    case list(Int)
    case dictionary(Int)
    case name(PickleName)
    case storage(Int)
    case tensor(Int)
    /// What is allowed to be there and is of no interest: a float, a NumPy number.
    case opaque
}

/// A pickle that was read.
struct Pickle: Sendable {
    var lists: [[PickleValue]] = []
    /// Dictionaries by their textual keys; others are of no interest.
    var dictionaries: [[String: PickleValue]] = []
    var storages: [TorchStorage] = []
    var tensors: [TorchTensor] = []
    var root = PickleValue.none

    /// The items of a list or a tuple.
    func items(_ value: PickleValue?) -> [PickleValue]? {
        if case .list(let place) = value { lists[place] } else { nil }
    }

    /// The entries of a dictionary.
    func entries(_ value: PickleValue?) -> [String: PickleValue]? {
        if case .dictionary(let place) = value { dictionaries[place] } else { nil }
    }

    /// The numbers of a tuple, if it is one of at most 16 whole numbers that are not negative: an array's extents.
    func extents(_ value: PickleValue) -> [Int]? {
        guard case .list(let place) = value, lists[place].count <= 16 else { return nil }
        var result: [Int] = []
        for item in lists[place] {
            guard case .integer(let extent) = item, extent >= 0 else { return nil }
            result.append(extent)
        }
        return result
    }
}

/// A name that a pickle refers to: a short list, for whatever is on it might be called.
enum PickleName: Sendable {
    case orderedDictionary
    /// `_rebuild_tensor_v2` (storage, offset, size, stride, …), `_v3` with the type after six arguments.
    case tensor(typed: Bool)
    /// `_rebuild_parameter` (tensor, …).
    case parameter
    /// `torch.Size` (tuple).
    case size
    /// A type of storage; untyped ones count bytes.
    case storage(NumberFormat?)
    case type(NumberFormat)
    /// What metadata may hold.
    case opaque

    /// The meaning of a name, or nil if it is not on the list.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .tensor(typed: false)
        case ("torch._utils", "_rebuild_tensor_v3"): self = .tensor(typed: true)
        case ("torch._utils", "_rebuild_parameter"): self = .parameter
        case ("torch", "Size"): self = .size
        case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"): self = .storage(nil)
        case ("torch", _):
            if name.hasSuffix("Storage"), let format = Self.storages[String(name.dropLast(7))] {
                self = .storage(format)
            } else if let format = Self.types[name] {
                self = .type(format)
            } else if name == "device" {
                self = .opaque
            } else {
                return nil
            }
        case _ where Self.harmless.contains("\(module).\(name)"): self = .opaque
        default: return nil
        }
    }

    private static let storages: [String: NumberFormat] = [
        "Double": .float64, "Float": .float32, "Half": .float16, "BFloat16": .bfloat16, "Long": .int64, "Int": .int32,
        "Short": .int16, "Char": .int8, "Byte": .uint8, "Bool": .bool, "ComplexFloat": .complex64,
        "ComplexDouble": .complex128,
    ]

    private static let types: [String: NumberFormat] = [
        "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16, "int64": .int64,
        "int32": .int32, "int16": .int16, "int8": .int8, "uint64": .uint64, "uint32": .uint32, "uint16": .uint16,
        "uint8": .uint8, "bool": .bool, "complex64": .complex64, "complex128": .complex128,
    ]

    private static let harmless: Set<String> = [
        "_codecs.encode", "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar",
        "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
        "builtins.set", "__builtin__.set", "builtins.dict", "__builtin__.dict", "collections.defaultdict",
    ]
}
