// SQL over a market's files in the catalog, those of a few days at a time: what the engine holds grows with the files
// that a session has and with what it has read, so that a long range goes through many, each as large as the one
// before. Blocking; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "history/catalog/catalog.hpp"
#include "history/catalog/stored_files.hpp"
#include "history/query/query_session.hpp"
#include "history/query/spill_directory.hpp"

namespace acts::backtest {

inline constexpr Nanos kCatalogDay = std::chrono::hours{24};

class CatalogRange {
 public:
  static constexpr std::int64_t kDaysASpan = 8;

  // What is received within: from `begin`, before `end`, both at a UTC midnight.
  struct Span {
    UnixNanos begin;
    UnixNanos end;
  };
  class Session {
   public:
    // Errors: as QuerySession::open().
    static Result<std::unique_ptr<Session>> open(const std::string& data_dir, history::StoredFiles files);
    history::QuerySession& operator*() { return *session_; }
    history::QuerySession* operator->() { return &*session_; }

   private:
    Session();
    history::SpillDirectory spill_;
    std::optional<history::QuerySession> session_;
  };

  // `files`: not empty; nobody takes them away as long as `held` is. The date of each is the venue's: what it has was
  // received on that day, the one before or the one behind.
  CatalogRange(std::string data_dir, std::optional<FileLock> held, history::StoredFiles files);

  // In the order of time; one without any file is left out.
  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }
  // With views of all that may have been received in it, and of nothing that is two days away. This outlives it.
  // Errors: kStorage; kUsage, as check_place().
  [[nodiscard]] Result<std::unique_ptr<Session>> open(const Span& span) const;

 private:
  std::string data_dir_;
  std::optional<FileLock> held_;
  history::StoredFiles files_;
  std::vector<Span> spans_;
};

}  // namespace acts::backtest
