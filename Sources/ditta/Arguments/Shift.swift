import ArgumentParser
import Clouds

/// A change of scans as `kind=x`.
struct Shift: ExpressibleByArgument {
    /// As it was given.
    let text: String
    let corruption: Corruption

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let number = Double(parts[1]), number.isFinite, number >= 0 else { return nil }
        switch parts[0] {
        case "beams":
            guard let every = Int(parts[1]), every >= 1 else { return nil }
            corruption = .beams(every: every)
        case "noise": corruption = .noise(deviation: number)
        case "drops":
            guard number < 1 else { return nil }
            corruption = .drops(share: number)
        case "height": corruption = .height(rise: number)
        case "fog":
            guard number > 0 else { return nil }
            corruption = .fog(visibility: number)
        default: return nil
        }
        text = argument
    }
}
