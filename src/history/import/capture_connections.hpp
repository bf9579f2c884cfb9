// The connections that the messages of a capture came over, by the name that its lines have. A capture tells when one
// opens and never when one ends: a connection opened anew takes the place of that of its name, and beyond kMost the one
// that was silent longest gives its place. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"

#include "history/import/capture_decoder.hpp"

namespace acts::history {

class CaptureConnections {
 public:
  static constexpr std::size_t kMost = 1024;
  static constexpr std::size_t kMostNameBytes = 256;
  static constexpr std::size_t kMostUrlBytes = 2048;
  // Whose updates are followed, over all connections together: what is beyond it is refused by the decoder.
  static constexpr std::size_t kMostBooks = 65'536;

  // `place`: the number of the line. Errors: kBadInput: its name or URL is longer than that; nothing has changed then.
  Result<void> open(std::string_view name, std::string_view url, std::uint64_t place);
  // What is sent names the URL too, of a capture that begins behind the line that opens: only where none of this name
  // is open. Errors: as open().
  Result<void> open_unless_known(std::string_view name, std::string_view url, std::uint64_t place);
  // Null: none of this name. Until the next call of another member; with its books_left set. Counts as heard.
  CaptureConnection* hear(std::string_view name, std::uint64_t place);
  // When one of this name was last heard (CaptureConnection::heard_ns); nothing: none is open.
  [[nodiscard]] std::optional<std::int64_t> heard_ns(std::string_view name) const;
  // All of them: those of another run follow, which may have the same names.
  void close_all();
  [[nodiscard]] std::size_t size() const { return open_.size(); }

 private:
  struct Open {
    CaptureConnection connection;
    std::uint64_t heard_at = 0;
    std::size_t books = 0;  // of it, in books_
  };
  using ByName = std::map<std::string, Open, std::less<>>;

  void count_books(Open& open);
  void close(ByName::iterator open);
  void close_longest_silent();

  ByName open_;
  Open* heard_ = nullptr;  // last: may follow more books since
  std::size_t books_ = 0;
};

}  // namespace acts::history
