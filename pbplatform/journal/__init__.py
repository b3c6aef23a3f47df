"""The append-only, hash-chained public record of decisions."""
