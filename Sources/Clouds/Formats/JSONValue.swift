import Foundation

/// Any value of a JSON file, so that what is wrong with one can be told in our words.
enum JSONValue: Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Reads a file of at most 1 MiB.
    ///
    /// - Throws: a sentence, if it cannot be read or is no JSON.
    init(path: String) throws(CloudError) {
        let bytes = try contents(of: path, atMost: 1 << 20)
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw CloudError("\(path): is no valid JSON, or has numbers beyond all sizes")
        }
    }

    /// What it is, for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array(let values): "a list of \(values.count)"
        case .object: "an object"
        }
    }
}

/// An object of a JSON file, and where it is.
struct JSONObject {
    /// The file and the place in it, such as `cameras.json: camera 2 (b.jpg)`.
    let place: String
    let fields: [String: JSONValue]

    /// Takes an object with some of these fields.
    ///
    /// - Throws: a sentence, if it is none, or has others: they are misspelt.
    init(_ value: JSONValue, _ place: String, known: Set<String>) throws(CloudError) {
        guard case .object(let fields) = value else {
            throw CloudError("\(place): expected an object, found \(value.kind)")
        }
        if let name = fields.keys.filter({ !known.contains($0) }).min() {
            throw CloudError(
                "\(place): has a field '\(name)', expected only \(known.sorted().joined(separator: ", "))")
        }
        (self.place, self.fields) = (place, fields)
    }

    /// A text.
    func string(_ name: String) throws(CloudError) -> String? {
        switch fields[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case let value?: throw wrong(name, "a text", value)
        }
    }

    /// A finite number.
    func number(_ name: String) throws(CloudError) -> Double? {
        switch fields[name] {
        case nil, .null: return nil
        case .number(let number): return number
        case let value?: throw wrong(name, "a number", value)
        }
    }

    /// A list of finite numbers.
    func numbers(_ name: String) throws(CloudError) -> [Double]? {
        guard let values = try array(name) else { return nil }
        var numbers: [Double] = []
        for value in values {
            guard case .number(let number) = value else { throw wrong(name, "numbers only", value) }
            numbers.append(number)
        }
        return numbers
    }

    /// A list.
    func array(_ name: String) throws(CloudError) -> [JSONValue]? {
        switch fields[name] {
        case nil, .null: return nil
        case .array(let values): return values
        case let value?: throw wrong(name, "a list", value)
        }
    }

    /// A field that must be there.
    func required<Value>(_ name: String, _ value: Value?) throws(CloudError) -> Value {
        guard let value else { throw CloudError("\(place): has no field '\(name)'") }
        return value
    }

    private func wrong(_ name: String, _ expected: String, _ found: JSONValue) -> CloudError {
        CloudError("\(place): \(name): expected \(expected), found \(found.kind)")
    }
}
