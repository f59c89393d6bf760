package import Raster

/// The objects a teacher found: their prompts and their masks on every frame, and why it found no more.
package struct Tracks: Sendable {
    /// A prompt the teacher found nothing at.
    package struct Refusal: Sendable, Equatable {
        /// The prompt; its object's number went to the next one.
        package let prompt: Prompt
        /// Why, for people.
        package let reason: String
    }

    /// A frame on which an object was not found.
    package struct Absence: Sendable, Equatable {
        /// The ways through the frames; what one of them does not find the other may.
        package enum Direction: String, Sendable, Codable {
            case forward, backward
        }

        /// The index of the object.
        package let object: Int
        /// The index of the frame among the warm-up frames.
        package let frame: Int
        /// On which way.
        package let direction: Direction
        /// Why, for people.
        package let reason: String
    }

    /// Frames in a row on which neither way found an object.
    package struct Gap: Sendable, Equatable {
        /// The indices of the frames among the warm-up frames.
        package internal(set) var frames: Range<Int>
        /// What was said first of the first of them, for people.
        package let reason: String
    }

    /// What started each object, by its index.
    package internal(set) var prompts: [Prompt] = []
    /// The masks of the objects on each frame, by object index.
    package var masks: [[Int: Mask]]
    /// The prompts at which the teacher found nothing, in the order they were set.
    package internal(set) var refusals: [Refusal] = []
    /// What was not found, in the order the frames were passed.
    package internal(set) var absences: [Absence] = []

    /// Tracks of no object yet.
    init(frames: Int) {
        masks = Array(repeating: [:], count: frames)
    }

    /// Adds what was found of an object at its prompt.
    mutating func start(_ prompt: Prompt, _ finding: Finding) -> Mask? {
        let (mask, reason) = finding.result
        if let mask {
            prompts.append(prompt)
            masks[prompt.frame][prompt.object] = mask
        } else {
            refusals.append(Refusal(prompt: prompt, reason: reason))
        }
        return mask
    }

    /// Joins what was found on a frame to what is known of it.
    ///
    /// On the frame an object was prompted on its prompt's mask stays alone (method step 12).
    mutating func join(_ findings: [Int: Finding], on frame: Int, _ direction: Absence.Direction) {
        for (object, finding) in findings.sorted(by: { $0.key < $1.key }) where prompts[object].frame != frame {
            let (mask, reason) = finding.result
            guard let mask else {
                absences.append(Absence(object: object, frame: frame, direction: direction, reason: reason))
                continue
            }
            let known = masks[frame][object] ?? mask
            masks[frame][object] = known == mask ? mask : known.union(mask)
        }
    }

    /// Where an object has no mask, in order.
    package func gaps(of object: Int) -> [Gap] {
        let reasons = Dictionary(
            absences.filter { $0.object == object }.map { ($0.frame, $0.reason) },
            uniquingKeysWith: { first, _ in first })
        var gaps: [Gap] = []
        for (frame, found) in masks.enumerated() where found[object] == nil {
            guard let reason = reasons[frame] else { continue }
            if let last = gaps.last?.frames, last.upperBound == frame {
                gaps[gaps.count - 1].frames = last.lowerBound..<frame + 1
            } else {
                gaps.append(Gap(frames: frame..<frame + 1, reason: reason))
            }
        }
        return gaps
    }
}
