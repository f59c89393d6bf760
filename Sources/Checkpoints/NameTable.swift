import Tensors

/// A file's tensors under other names: what each tensor that a network asks for is made of in the file.
///
/// It works backwards, from the name asked for to the names in the file, so that a message can say what is missing there, and
/// what nobody asked for is left over under its own name. Names are segments parted by dots.
package struct NameTable: Sendable {
    /// What a tensor is made of.
    package enum Source: Sendable, Equatable {
        /// A tensor of the file.
        case whole(String)
        /// The n-th of equal shares of a tensor's rows.
        case share(Int, of: Int, String)
        /// Tensors of the same shape, their rows one after another.
        case stacked([String])
        /// The same tensor under several names, of which some may be missing.
        case copies([String])

        /// The names in the file.
        var names: [String] {
            switch self {
            case .whole(let name), .share(_, _, let name): [name]
            case .stacked(let names), .copies(let names): names
            }
        }
    }

    /// One line of a table: from the beginning of a name asked for to what it begins with in the file.
    ///
    /// `#` stands for any number, and the numbers of both sides are the same.
    package struct Rule: Sendable {
        fileprivate let asked: [Substring]
        fileprivate let source: @Sendable (_ fill: (String) -> String) -> Source

        /// What follows is the same in both.
        package init(_ asked: String, _ name: String) {
            self.init(asked) { .whole($0(name)) }
        }

        /// A share of rows of each tensor below.
        package init(_ asked: String, share index: Int, of count: Int, _ name: String) {
            self.init(asked) { .share(index, of: count, $0(name)) }
        }

        /// Several tensors, one after another.
        package init(_ asked: String, stacked names: [String]) {
            self.init(asked) { .stacked(names.map($0)) }
        }

        /// Names of the same tensor.
        package init(_ asked: String, copies names: [String]) {
            self.init(asked) { .copies(names.map($0)) }
        }

        private init(_ asked: String, _ source: @escaping @Sendable ((String) -> String) -> Source) {
            self.asked = asked.split(separator: ".")
            self.source = source
        }

        fileprivate func source(of name: [Substring]) -> Source? {
            guard name.count >= asked.count else { return nil }
            var numbers: [Substring] = []
            for (pattern, segment) in zip(asked, name) {
                if pattern == "#", Int(segment) != nil {
                    numbers.append(segment)
                } else if pattern != segment {
                    return nil
                }
            }
            let rest = name.dropFirst(asked.count)
            return source { pattern in
                var left = numbers[...]
                let segments = pattern.split(separator: ".").map { $0 == "#" ? left.popFirst() ?? $0 : $0 }
                return (segments + rest).joined(separator: ".")
            }
        }
    }

    /// The lines; the first that fits counts.
    private let rules: [Rule]
    /// Beginnings of names in the file that no network here needs.
    private let unneeded: [String]

    /// Makes a table; what no rule fits has the same name in both.
    package init(_ rules: [Rule] = [], unneeded: [String] = []) {
        (self.rules, self.unneeded) = (rules, unneeded)
    }

    /// What a tensor is made of.
    package func source(of name: String) -> Source {
        let segments = name.split(separator: ".", omittingEmptySubsequences: false)
        for rule in rules {
            if let source = rule.source(of: segments) { return source }
        }
        return .whole(name)
    }

    /// Whether a tensor of the file is known, and known not to be needed.
    package func isUnneeded(_ name: String) -> Bool { unneeded.contains { name.hasPrefix($0) } }
}
