/// `a,b` and repeated options as one list.
func commaSeparated(_ values: [String]) -> [String] {
    values.flatMap { $0.split(separator: ",") }.map { String($0.drop { $0 == " " }).trimmedAtEnd }.filter { !$0.isEmpty }
}
