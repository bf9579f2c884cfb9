// Feeds a sink with the levels of full books: the files of DIR/books, one after the other, in the order in which they
// were found (store/book_outbox.hpp). Of a book no more is in memory than the batch under way.
//
// A book is read through once before anything of it is sent. One that is gone or damaged is set aside with the reason
// and passed over. Levels are confirmed batch by batch, the cursor moves when all of a book's are: a process that ends
// in the middle leaves the book to the next one, whole, with the same keys; a connection that is lost costs a batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "acts/base/time.hpp"

#include "live/book_folder.hpp"
#include "live/book_reader.hpp"
#include "store/book_outbox.hpp"
#include "store/sink_source.hpp"

namespace acts {

struct BookSourceOptions {
  std::string data_dir;  // with acts.db, which SqliteStore::open() has opened before
  std::string sink;
  Nanos look_interval = std::chrono::seconds{10};  // of real time, between looks for new files
  SqliteOptions sqlite = {};
};

class BookSource final : public SinkSource {
 public:
  static constexpr std::size_t kMostUnreadable = 16;  // that one read() sets aside
  static constexpr int kMostTries = 200;              // of a book that is there and cannot be read
  // Levels of one book that the sink refuses; the rest of it is then given up as a whole.
  static constexpr std::size_t kMostRefused = 1000;

  // Errors: kStorage.
  static Result<std::unique_ptr<SinkSource>> open(BookSourceOptions options);

  [[nodiscard]] const RowSchema& schema() const override { return schema_; }
  // Of one book; its levels are numbered from 1 and on over the books, anew with every object.
  Result<OutboxBatch> read(std::size_t max) override;
  Result<void> advance(std::int64_t change) override;
  Result<void> set_aside(const MinuteRow& row, std::int64_t change, std::string_view reason) override;
  // Rows are books here.
  Result<OutboxLag> lag() override;
  Result<std::int64_t> rejected() override { return outbox_->rejected(); }

 private:
  BookSource(BookSourceOptions options, std::unique_ptr<BookOutbox> outbox);
  Result<void> look();
  Result<std::optional<WaitingDump>> next_waiting();
  Result<void> begin(const WaitingDump& waiting, OutboxBatch& batch);
  [[nodiscard]] bool is_hopeless(const WaitingDump& waiting, const Error& error);
  Result<void> check(const BookDump& dump) const;
  Result<void> fill(std::size_t max);
  Result<void> finish();

  // Of the book that is being sent.
  struct Current {
    WaitingDump waiting;
    BookReader reader;
    std::vector<MinuteRow> unconfirmed = {};  // read, the first ones may be with the sink
    bool is_read = false;                     // to its end, or given up
    std::size_t refused = 0;                  // levels
  };

  BookSourceOptions options_;
  RowSchema schema_;
  std::unique_ptr<BookOutbox> outbox_;
  BookFolderWatch folder_;
  std::optional<Nanos> looked_at_;
  std::optional<Current> current_;
  std::int64_t tried_ = 0;  // the number of the book that could not be read last, and how often
  int tries_ = 0;
  std::int64_t confirmed_ = 0;  // levels
};

}  // namespace acts
