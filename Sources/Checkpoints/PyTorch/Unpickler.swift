/// A reader of pickles that knows what torch.save writes and nothing else.
///
/// A pickle is a program for a machine with a stack, which can call whatever Python finds. This one builds values; a name
/// that is not on the short list of `PickleName` ends the reading. Its memory is a small multiple of the pickle's size:
/// nothing in a pickle makes it repeat or allocate. Source: CPython, Lib/pickle.py.
struct Unpickler {
    private var input: PickleReader
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var pickle = Pickle()

    /// Reads a pickle.
    ///
    /// - Throws: a sentence without the file's name, if it is broken or refers to what is not on the list.
    static func read(_ bytes: [UInt8]) throws(PickleError) -> Pickle {
        var machine = Unpickler(input: PickleReader(bytes))
        while true {
            let opcode = try machine.input.opcode()
            if opcode == .stop { break }
            try machine.execute(opcode)
        }
        machine.pickle.root = try machine.pop()
        return machine.pickle
    }

    private init(input: PickleReader) { self.input = input }

    private var broken: PickleError { input.broken }

    private mutating func execute(_ opcode: PickleOpcode) throws(PickleError) {
        switch opcode {
        case .stop: break
        case .protocolVersion: _ = try input.take(1)
        case .frame: _ = try input.take(8)
        case .mark: marks.append(stack.count)
        case .drop: _ = try pop()
        case .put: try remember(input.size(1))
        case .longPut: try remember(input.size(4))
        case .memoize: try remember(memo.count)
        case .get: try recall(input.size(1))
        case .longGet: try recall(input.size(4))
        case .none: stack.append(.none)
        case .true: stack.append(.bool(true))
        case .false: stack.append(.bool(false))
        case .byte: stack.append(.integer(try input.size(1)))
        case .short: stack.append(.integer(try input.size(2)))
        case .int: stack.append(.integer(Int(Int32(truncatingIfNeeded: try input.size(4)))))
        case .long: try pushLong(input.size(1))
        case .longerLong: try pushLong(input.size(4))
        case .float: try pushOpaque(8)
        case .text, .oldText: try pushText(input.size(4))
        case .shortText, .shortOldText: try pushText(input.size(1))
        case .longText: try pushText(input.size(8))
        case .bytes: try pushOpaque(input.size(4))
        case .shortBytes: try pushOpaque(input.size(1))
        case .emptyTuple, .emptyList: pushList([])
        case .emptyDictionary, .emptySet: pushDictionary()
        case .tuple1: try pushTuple(1)
        case .tuple2: try pushTuple(2)
        case .tuple3: try pushTuple(3)
        case .tuple, .list: pushList(try popToMark())
        case .append: try append([pop()])
        case .appends, .addItems: try append(popToMark())
        case .setItem:
            let value = try pop()
            try set([pop(), value])
        case .setItems: try set(popToMark())
        case .dictionary:
            let items = try popToMark()
            pushDictionary()
            try set(items)
        case .name: try pushName(module: input.line(), name: input.line())
        case .stackName:
            guard case .text(let name) = try pop(), case .text(let module) = try pop() else { throw broken }
            try pushName(module: module, name: name)
        case .persistentID: try pushStorage(pop())
        case .call, .newObject:
            let arguments = try pop()
            try call(pop(), arguments)
        case .build:
            // Attributes of an object: a state dict has its modules' versions there. None is a tensor.
            _ = try pop()
            guard !stack.isEmpty else { throw broken }
        }
    }
}

// MARK: - The stack

extension Unpickler {
    private mutating func pop() throws(PickleError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw broken }
        return value
    }

    private mutating func popToMark() throws(PickleError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw broken }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private mutating func pushLong(_ count: Int) throws(PickleError) {
        let digits = try input.take(count)
        guard count <= 8 else { return stack.append(.opaque) }
        let sign: UInt64 = digits.last.map { $0 & 0x80 != 0 } == true ? .max : 0
        stack.append(.integer(Int(truncatingIfNeeded: digits.reversed().reduce(sign) { $0 << 8 | UInt64($1) })))
    }

    private mutating func pushText(_ count: Int) throws(PickleError) {
        stack.append(.text(String(decoding: try input.take(count), as: UTF8.self)))
    }

    private mutating func pushOpaque(_ count: Int) throws(PickleError) {
        _ = try input.take(count)
        stack.append(.opaque)
    }

    private mutating func pushList(_ items: [PickleValue]) {
        pickle.lists.append(items)
        stack.append(.list(pickle.lists.count - 1))
    }

    private mutating func pushTuple(_ count: Int) throws(PickleError) {
        var items: [PickleValue] = []
        for _ in 0..<count { items.append(try pop()) }
        pushList(items.reversed())
    }

    private mutating func pushDictionary() {
        pickle.dictionaries.append([:])
        stack.append(.dictionary(pickle.dictionaries.count - 1))
    }

    private mutating func append(_ items: [PickleValue]) throws(PickleError) {
        switch stack.last {
        case .list(let place): pickle.lists[place] += items
        case .opaque, .dictionary: break  // a set's items
        default: throw broken
        }
    }

    private mutating func set(_ items: [PickleValue]) throws(PickleError) {
        guard items.count % 2 == 0 else { throw broken }
        switch stack.last {
        case .dictionary(let place):
            for index in stride(from: 0, to: items.count, by: 2) {
                if case .text(let key) = items[index] { pickle.dictionaries[place][key] = items[index + 1] }
            }
        case .opaque: break
        default: throw broken
        }
    }

    private mutating func remember(_ index: Int) throws(PickleError) {
        guard let value = stack.last else { throw broken }
        memo[index] = value
    }

    private mutating func recall(_ index: Int) throws(PickleError) {
        guard let value = memo[index] else { throw broken }
        stack.append(value)
    }
}

// MARK: - Names and what they would make

extension Unpickler {
    private mutating func pushName(module: String, name: String) throws(PickleError) {
        guard let known = PickleName(module: module, name: name) else {
            let shown = "\(module).\(name)".filter { !$0.isNewline }.prefix(100)
            throw PickleError(
                "refers to '\(shown)', which no checkpoint needs; nothing of it was run; if you trust whoever made it, load "
                    + "it in Python and save its state dict alone: torch.save(state_dict, new_path)")
        }
        stack.append(.name(known))
    }

    /// A persistent id: `('storage', type, key, device, count)`.
    private mutating func pushStorage(_ id: PickleValue) throws(PickleError) {
        guard let items = pickle.items(id), items.count == 5, case .text("storage") = items[0],
            case .name(.storage(let format)) = items[1], case .text(let key) = items[2],
            case .integer(let count) = items[4], count >= 0
        else { throw broken }
        pickle.storages.append(TorchStorage(format: format, key: key, count: count))
        stack.append(.storage(pickle.storages.count - 1))
    }

    private mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws(PickleError) {
        guard case .name(let name) = function, let items = pickle.items(arguments) else { throw broken }
        switch name {
        case .orderedDictionary where items.isEmpty: pushDictionary()
        case .opaque: stack.append(.opaque)
        case .parameter:
            guard case .tensor = items.first else { throw broken }
            stack.append(items[0])
        case .size:
            guard items.count == 1, case .list = items[0] else { throw broken }
            stack.append(items[0])
        case .tensor(let typed): try pushTensor(items, typed: typed)
        default: throw broken
        }
    }

    private mutating func pushTensor(_ items: [PickleValue], typed: Bool) throws(PickleError) {
        guard items.count >= (typed ? 7 : 4), case .storage(let place) = items[0], case .integer(let offset) = items[1],
            let shape = pickle.extents(items[2]), let strides = pickle.extents(items[3])
        else { throw broken }
        var format: NumberFormat?
        if typed {
            guard case .name(.type(let own)) = items[6] else { throw broken }
            format = own
        }
        let storage = pickle.storages[place]
        guard
            let tensor = TorchTensor(storage, format: format, offset: offset, shape: shape, strides: strides)
        else {
            throw PickleError(
                "has a tensor of shape \(shape) and strides \(strides) from \(offset) on, "
                    + "which does not lie in its storage of \(storage.count) once each")
        }
        pickle.tensors.append(tensor)
        stack.append(.tensor(pickle.tensors.count - 1))
    }
}
