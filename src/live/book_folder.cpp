#include "live/book_folder.hpp"

#include <algorithm>
#include <utility>

#include "live/book_file.hpp"

namespace acts {
namespace {

namespace fs = std::filesystem;

void each_folder(const fs::path& in, const std::function<void(const fs::directory_entry&)>& found) {
  std::error_code error;
  for (fs::directory_iterator at(in, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code gone;
    if (at->is_directory(gone)) found(*at);
  }
}

// Of every symbol that has had a full book.
void each_symbol_folder(const std::string& data_dir, const std::function<void(const fs::path&)>& found) {
  each_folder(full_books_directory(data_dir), [&](const fs::directory_entry& venue) {
    if (!parse_venue(venue.path().filename().string())) return;
    each_folder(venue.path(), [&](const fs::directory_entry& symbol) { found(symbol.path()); });
  });
}

void each_book_in(const fs::path& folder, const std::function<void(const BookDump&)>& found) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const auto saved_at = saved_at_of(at->path().filename().string());
    if (!saved_at) continue;
    found({folder.parent_path().filename().string(), folder.filename().string(), *saved_at});
  }
}

}  // namespace

std::string path_of(const std::string& data_dir, const BookDump& dump) {
  return (fs::path(full_books_directory(data_dir)) / dump.venue / dump.symbol / book_file_name(dump.saved_at)).string();
}

void each_full_book(const std::string& data_dir, const std::function<void(const BookDump& dump)>& found) {
  each_symbol_folder(data_dir, [&](const fs::path& folder) { each_book_in(folder, found); });
}

std::vector<BookDump> BookFolderWatch::look() {
  const FileTime now = FileTime::clock::now();
  if (now - all_at_ >= kAllAgain || now < all_at_) {
    forget();
    all_at_ = now;
  }
  std::vector<BookDump> dumps;
  each_symbol_folder(data_dir_, [&](const fs::path& folder) {
    std::error_code gone;
    const FileTime changed = fs::last_write_time(folder, gone);
    const std::string name = folder.string();
    const auto known = settled_.find(name);
    if (gone || (known != settled_.end() && known->second == changed)) return;
    const auto told = told_.find(name);
    UnixNanos newest = told == told_.end() ? UnixNanos{} : told->second;
    each_book_in(folder, [&](const BookDump& dump) {
      if (told != told_.end() && dump.saved_at <= told->second) return;
      dumps.push_back(dump);
      newest = std::max(newest, dump.saved_at);
    });
    told_.insert_or_assign(name, newest);
    if (now - changed >= kSettled) settled_.insert_or_assign(name, changed);
  });
  std::ranges::sort(dumps, {}, [](const BookDump& dump) { return std::tie(dump.saved_at, dump.venue, dump.symbol); });
  return dumps;
}

void BookFolderWatch::forget() {
  settled_.clear();
  told_.clear();
}

}  // namespace acts
