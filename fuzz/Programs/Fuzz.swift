import Foundation

/// What libFuzzer calls with every input; `--parser=NAME` among the program's arguments says who reads it, and
/// `--folder=PATH` where files for that may be put.
@c func LLVMFuzzerTestOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let data = unsafe Data(UnsafeBufferPointer(start: bytes, count: count))
    // What is wrong with an input is said by throwing; all else ends the program, and libFuzzer keeps the input.
    try? fuzzed.parser.read(data, in: fuzzed.folder)
    return 0
}

/// The parser, and the folder for its files.
private let fuzzed: (parser: Parser, folder: String) = {
    let (name, folder) = (argument("parser"), argument("folder"))
    guard let parser = Parser(rawValue: name) else {
        fatalError("--parser=\(name): expected one of \(Parser.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    do {
        try parser.prepare(folder)
    } catch {
        fatalError("--folder=\(folder): cannot be prepared: \(error)")
    }
    return (parser, folder)
}()

private func argument(_ name: String) -> String {
    let option = "--\(name)="
    return CommandLine.arguments.last { $0.hasPrefix(option) }.map { String($0.dropFirst(option.count)) } ?? ""
}
