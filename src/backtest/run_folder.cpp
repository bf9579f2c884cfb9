#include "backtest/run_folder.hpp"

#include <fmt/format.h>

#include <cstring>

#include "acts/base/assert.hpp"

namespace acts::backtest {
namespace {

constexpr std::string_view kJsonBegin = R"({"fills":[)";

}  // namespace

Result<std::unique_ptr<RunFolder>> RunFolder::create(FileOps& ops, const std::string& folder, const std::string& json,
                                                     std::vector<BacktestInstrument> instruments,
                                                     const std::optional<BookRecorder::Limits>& books) {
  std::unique_ptr<RunFolder> made(new RunFolder(std::move(instruments)));
  if (!json.empty()) {
    if (const Result<void> opened = made->open(ops, made->json_, json, kJsonBegin); !opened) {
      return std::unexpected(opened.error());
    }
  }
  if (folder.empty()) return made;
  if (const Result<void> entered = made->enter(ops, folder); !entered) return std::unexpected(entered.error());
  struct Part {
    File RunFolder::* file;
    std::string_view name;
    std::string_view begin;
  };
  for (const Part& part :
       {Part{&RunFolder::run_, kRunName, "{"}, Part{&RunFolder::equity_, kEquityName, kEquityHeader},
        Part{&RunFolder::fills_, kFillsName, kFillsHeader}, Part{&RunFolder::orders_, kOrdersName, kOrdersHeader},
        Part{&RunFolder::marks_, kMarksName, kMarksHeader}, Part{&RunFolder::decisions_, kDecisionLogName, ""}}) {
    const std::string path = fmt::format("{}/{}", folder, part.name);
    if (const Result<void> opened = made->open(ops, (*made).*part.file, path, part.begin); !opened) {
      return std::unexpected(opened.error());
    }
  }
  if (const Result<void> opened = made->open_books(ops, folder, books); !opened) {
    return std::unexpected(opened.error());
  }
  return made;
}

Result<void> RunFolder::enter(FileOps& ops, const std::string& folder) {
  if (const int status = ops.make_directories(folder); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: {}", folder, std::strerror(-status)));
  }
  // A run that was killed may have left some files, without run.json.
  const bool is_of_a_run =
      ops.exists(fmt::format("{}/{}", folder, kRunName)) || ops.exists(fmt::format("{}/{}", folder, kRunLockName));
  Result<FileLock> lock = FileLock::take(ops, folder, kRunLockName, ": a run writes there: wait for it, or give --out");
  if (!lock) return std::unexpected(lock.error());
  lock_ = *std::move(lock);
  if (is_of_a_run) return {};
  for (const std::string_view name : kRunPartNames) {
    if (!ops.exists(fmt::format("{}/{}", folder, name))) continue;
    return fail(ErrorCode::kUsage,
                fmt::format("{}: its {} is of no run: give another folder with --out", folder, name));
  }
  return {};
}

// Those of a run before do not stay beside the files of this one.
Result<void> RunFolder::open_books(FileOps& ops, const std::string& folder,
                                   const std::optional<BookRecorder::Limits>& books) {
  const std::string path = fmt::format("{}/{}", folder, kBooksName);
  if (!books) {
    const int status = ops.exists(path) ? ops.remove(path) : 0;
    return status < 0 ? fail(ErrorCode::kStorage, fmt::format("{}: {}", path, std::strerror(-status))) : Result<void>();
  }
  const auto write_line = [this](std::string_view line) { write(books_, line); };
  recorder_ = std::make_unique<BookRecorder>(instruments_, write_line, *books);
  return open(ops, books_, path, books_header());
}

MarketFeed& RunFolder::watch(InstrumentId id, MarketFeed& feed, bool as_hftbacktest) {
  return recorder_ == nullptr ? feed : recorder_->watch(id, feed, as_hftbacktest);
}

std::optional<BooksLeftOut> RunFolder::end_books() {
  return recorder_ == nullptr ? std::nullopt : std::optional(recorder_->finish());
}

Result<void> RunFolder::open(FileOps& ops, File& file, const std::string& path, std::string_view begin) {
  auto created = history::OutputFile::create(ops, path);
  if (!created) return std::unexpected(created.error());
  file.emplace(*std::move(created));
  return file->write(begin);
}

void RunFolder::write(File& file, std::string_view text) {
  if (!file || failure_) return;
  if (const Result<void> written = file->write(text); !written) failure_ = written.error();
}

void RunFolder::on_order(const OrderUpdate& update, sim::RefusalDetail detail) {
  if (orders_) write(orders_, order_line(update, of(update.instrument), detail));
  if (recorder_ != nullptr) recorder_->on_order(update);
}

void RunFolder::on_fill(const ToldFill& told) {
  ++fills_told_;
  if (fills_) write(fills_, fill_line(told, of(told.fill.instrument)));
  if (recorder_ != nullptr) recorder_->on_fill(told.fill);
  if (!json_) return;
  if (has_fill_) write(json_, ",");
  has_fill_ = true;
  write(json_, fill_json(told.fill, of(told.fill.instrument)));
}

void RunFolder::on_sample(const Sample& sample) {
  if (equity_) write(equity_, equity_line(sample, of(sample.instrument)));
  credit_.add(sample);
}

void RunFolder::on_marks(std::uint64_t fill_number,
                         const std::array<std::optional<Decimal>, kMarkHorizons.size()>& marks) {
  if (!marks_) return;
  std::string line = fmt::format("{}", fill_number);
  for (const std::optional<Decimal>& mark : marks) {
    line += ',';
    if (mark) append_to(line, *mark);
  }
  held_marks_.emplace(fill_number, line + '\n');
  write_marks();
}

void RunFolder::write_marks() {
  for (auto held = held_marks_.begin(); held != held_marks_.end() && held->first == last_marked_ + 1;
       held = held_marks_.erase(held)) {
    write(marks_, held->second);
    ++last_marked_;
  }
}

Result<void> RunFolder::break_off(const std::string& run) {
  json_.reset();
  // A line a fill, as of a run that has ended.
  for (std::uint64_t number = last_marked_ + 1; number <= fills_told_; ++number) {
    if (!held_marks_.contains(number)) on_marks(number, {});
  }
  write(run_, fmt::format("\"run\":{},\"totals\":{{}}}}\n", run));
  return finish_files();
}

Result<void> RunFolder::finish(const std::string& run, const std::string& totals) {
  ACTS_ASSERT(held_marks_.empty());
  write(json_, fmt::format("],\"run\":{},\"totals\":{}}}\n", run, totals));
  write(run_, fmt::format("\"run\":{},\"totals\":{}}}\n", run, totals));
  return finish_files();
}

Result<void> RunFolder::finish_files() {
  for (File* const file : {&json_, &equity_, &fills_, &orders_, &marks_, &decisions_, &books_, &run_}) {
    if (failure_) return std::unexpected(*failure_);
    if (!*file) continue;
    if (const Result<void> finished = (*file)->finish(); !finished) failure_ = finished.error();
  }
  return failure_ ? std::unexpected(*failure_) : Result<void>();
}

}  // namespace acts::backtest
