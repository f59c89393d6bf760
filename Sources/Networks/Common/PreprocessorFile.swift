import Checkpoints
import Foundation

/// `preprocessor_config.json` as transformers' `SegformerImageProcessor` understands it.
///
/// A switch that is missing has the processor's default, one that is null is off; a number that is null is missed where it is
/// needed. Source: transformers, image_processing_segformer.py and image_processing_backends.py.
struct PreprocessorFile: Decodable {
    /// Mean of each channel, in the units of the file.
    private(set) var mean = [0.485, 0.456, 0.406]
    /// Standard deviation of each channel, in the units of the file.
    private(set) var deviation = [0.229, 0.224, 0.225]
    /// What samples of 0...255 are multiplied by first.
    private(set) var factor = 1.0 / 255
    /// The size pictures are brought to, if they are.
    private(set) var resize: Preprocessor.Resize?
    /// Pillow's number of the filter they are resampled by: 2 is bilinear.
    private(set) var filter = 2

    /// ImageNet's mean and deviation, and no size.
    init() {}

    init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: Key.self)
        try Self.refuseOthers(file)
        if try file.isOn("do_normalize", otherwise: true) {
            mean = try file.channels("image_mean") ?? mean
            deviation = try file.channels("image_std") ?? deviation
        } else {
            (mean, deviation) = ([0, 0, 0], [1, 1, 1])
        }
        factor = try file.isOn("do_rescale", otherwise: true) ? file.needed("rescale_factor") ?? factor : 1
        guard try file.isOn("do_resize", otherwise: true) else { return }
        filter = try file.needed("resample") ?? filter
        resize = try file.needed("size", as: Size.self)?.resize(
            isSquare: file.isOn("default_to_square", otherwise: true))
        if resize == nil { resize = .stretch(width: 512, height: 512) }
    }

    /// What a folder says of pictures, and in which file.
    ///
    /// `image_processor` of `processor_config.json` comes before `preprocessor_config.json`, as in transformers.
    ///
    /// - Returns: nil if it says nothing.
    /// - Throws: if a file is there but no such configuration, or asks for what ditta does not do.
    static func found(in folder: String) throws(CheckpointError) -> (file: PreprocessorFile, path: String)? {
        struct Nested: Decodable {
            // The file's own name.
            let image_processor: PreprocessorFile?
        }
        func read<Content: Decodable>(_ type: Content.Type, _ path: String) throws(CheckpointError) -> Content? {
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            return try decodedDescription(
                type, at: path, as: "preprocessor configuration that ditta can follow", expected: "a JSON file")
        }
        let (nested, flat) = (folder + "/processor_config.json", folder + "/preprocessor_config.json")
        if let file = try read(Nested.self, nested)?.image_processor { return (file, nested) }
        return try read(Self.self, flat).map { ($0, flat) }
    }

    /// What changes pictures and is not known here, and other networks' processors, whose defaults are others.
    private static func refuseOthers(_ file: KeyedDecodingContainer<Key>) throws {
        // Labels of a training are reduced, not what comes out; frames are RGB already.
        let known = ["do_normalize", "do_rescale", "do_resize", "do_reduce_labels", "do_convert_rgb"]
        for key in file.allKeys where key.name.hasPrefix("do_") && !known.contains(key.name) {
            let isOff = try file.decodeNil(forKey: key) || (try? file.decode(Bool.self, forKey: key)) == false
            guard isOff else { throw file.refusal(key, "is on, and ditta does not do it") }
        }
        for key in ["image_processor_type", "feature_extractor_type"] as [Key] {
            guard let type = try file.decodeIfPresent(String.self, forKey: key) else { continue }
            guard type.hasPrefix("Segformer") else {
                throw file.refusal(key, "expected SegformerImageProcessor, found '\(type)'")
            }
            return
        }
    }

    /// A key of the file.
    fileprivate struct Key: CodingKey, ExpressibleByStringLiteral {
        let name: String
        var stringValue: String { name }
        var intValue: Int? { nil }
        init(stringLiteral name: String) { self.name = name }
        init(stringValue name: String) { self.name = name }
        init?(intValue: Int) { nil }
    }

    /// A number, a list of height and width, or sides by name.
    private struct Size: Decodable {
        private let sides: [String: Int]

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let side = try? value.decode(Int.self) {
                sides = ["side": side]
            } else if let list = try? value.decode([Int].self), list.count == 2 {
                // Feature extractors before transformers 4.25 meant width and height; what reads them now does not.
                sides = ["height": list[0], "width": list[1]]
            } else {
                sides = (try? value.decode([String: Int?].self))?.compactMapValues { $0 } ?? [:]
            }
            let isKnown = [["side"], ["height", "width"], ["shortest_edge"]].contains(sides.keys.sorted())
            guard isKnown, sides.values.allSatisfy({ (1...16384).contains($0) }) else {
                throw DecodingError.dataCorruptedError(
                    in: value,
                    debugDescription:
                        "expected a number, [height, width], height and width by name or a shortest_edge, "
                        + "from 1 to 16384 pixels")
            }
        }

        func resize(isSquare: Bool) -> Preprocessor.Resize? {
            if let height = sides["height"], let width = sides["width"] {
                return .stretch(width: width, height: height)
            }
            if isSquare, let side = sides["side"] { return .stretch(width: side, height: side) }
            return (sides["side"] ?? sides["shortest_edge"]).map(Preprocessor.Resize.shortestEdge)
        }
    }
}

extension KeyedDecodingContainer<PreprocessorFile.Key> {
    fileprivate func isOn(_ key: Key, otherwise: Bool) throws -> Bool {
        contains(key) ? try decodeIfPresent(Bool.self, forKey: key) ?? false : otherwise
    }

    /// A value that may be missing, but not null.
    fileprivate func needed<Value: Decodable>(_ key: Key, as: Value.Type = Value.self) throws -> Value? {
        contains(key) ? try decode(Value.self, forKey: key) : nil
    }

    /// A number for each channel, or one for all.
    fileprivate func channels(_ key: Key) throws -> [Double]? {
        guard contains(key) else { return nil }
        let values = try (try? [decode(Double.self, forKey: key)]) ?? decode([Double].self, forKey: key)
        guard [1, 3].contains(values.count) else {
            throw refusal(key, "expected a number or 3, found \(values.count)")
        }
        return values.count == 1 ? [values[0], values[0], values[0]] : values
    }

    fileprivate func refusal(_ key: Key, _ why: String) -> DecodingError {
        .dataCorruptedError(forKey: key, in: self, debugDescription: why)
    }
}
