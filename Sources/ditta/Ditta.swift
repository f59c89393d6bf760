import ArgumentParser

@main
struct Ditta: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ditta",
        abstract: "Makes image segmentation models hold still on video."
    )
}
