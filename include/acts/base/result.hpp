// Expected failures as values. A code says what the caller should do; the message says what happened, where, and the
// remedy, in one line without a final full stop, so that it can be printed as it is.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace acts {

// The numbers pass between acts and libraries of strategies that were built before: they stay.
enum class ErrorCode : std::uint8_t {
  kUsage,      // fix the command line or the configuration
  kBadInput,   // fix, or skip and count, this piece of input
  kRetry = 3,  // the venue or the network failed: try again later, with back-off
  kRefused,    // the venue said no and will say so again: do not retry unchanged
  kStorage,    // disk or database: keep the data, try again
  kCancelled,  // asked to stop
};

struct Error {
  ErrorCode code;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

// "usage", "bad_input", ...: for logs and metric labels.
std::string_view to_string(ErrorCode code) noexcept;

}  // namespace acts
