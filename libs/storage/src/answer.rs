//! Answers with many resources, limited in bytes, because an answer stays in memory until its caller
//! has read it.

use std::fmt::Display;

use errors::{Failure, Fields, in_order};

use crate::page::{Page, PageRequest};

/// Most bytes of resources in one answer. A larger resource is returned as the only one of its page.
const MAX_BYTES: usize = 256 * 1024;

impl PageRequest {
    /// Reads a page in chunks, until it has the requested number of items or the most bytes of an
    /// answer. `size` returns the bytes of a rendered item.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn answer<T, M, F>(
        &self,
        read: impl Fn(Self) -> F + Send,
        render: impl Fn(T) -> M + Send,
        size: fn(&M) -> usize,
    ) -> Result<Page<M>, Failure>
    where
        T: Send,
        M: Send,
        F: Future<Output = Result<Page<T>, Failure>> + Send,
    {
        let mut answer = Page { items: Vec::new(), next_page_token: String::new() };
        let (mut bytes, mut chunk) = (0, self.size.min(self.chunk));
        loop {
            let page = read(self.chunk_after(&answer.next_page_token, chunk)?).await?;
            let items: Vec<_> = page.items.into_iter().map(&render).collect();
            let fit = count_within(&items, MAX_BYTES - bytes, size);
            let fit = if answer.items.is_empty() { fit.max(items.len().min(1)) } else { fit };
            if fit < items.len() {
                if fit == 0 {
                    return Ok(answer);
                }
                // Reads the chunk again for the token after its last item that fits.
                chunk = fit;
                continue;
            }
            bytes = MAX_BYTES.min(bytes + items.iter().map(size).sum::<usize>());
            answer.items.extend(items);
            answer.next_page_token = page.next_page_token;
            chunk = self.chunk.min(self.size.saturating_sub(answer.items.len()));
            if chunk == 0 || answer.next_page_token.is_empty() {
                return Ok(answer);
            }
        }
    }
}

/// How many of the first items fit into one answer.
pub fn count_fitting<M>(items: &[M], size: fn(&M) -> usize) -> usize {
    count_within(items, MAX_BYTES, size)
}

/// How many of the first items have at most this many bytes in total.
fn count_within<M>(items: &[M], bytes: usize, size: fn(&M) -> usize) -> usize {
    let sums = items.iter().scan(0, |sum, item| {
        *sum += size(item);
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= bytes).count()
}

/// Reads the named resources, `chunk` at a time, and renders them in the order of their names.
///
/// # Errors
/// Those of `read`, [`Failure::Missing`] for a name without a resource, and [`Failure::Invalid`] if
/// the resources have more bytes than one answer may have.
pub async fn batch<N, T, M, F>(
    names: &[N],
    chunk: usize,
    read: impl Fn(Vec<N>) -> F + Send,
    name: impl Fn(&T) -> &N + Send + Sync,
    render: impl Fn(T) -> M + Send,
    size: fn(&M) -> usize,
) -> Result<Vec<M>, Failure>
where
    N: Clone + PartialEq + Display + Sync + Send,
    T: Send,
    M: Send,
    F: Future<Output = Result<Vec<T>, Failure>> + Send,
{
    let mut items = Vec::with_capacity(names.len());
    let mut bytes = 0;
    for names in names.chunks(chunk) {
        let found = read(names.to_vec()).await?;
        for item in in_order(names, found, &name)? {
            let item = render(item);
            bytes += size(&item);
            items.push(item);
        }
        if bytes > MAX_BYTES && items.len() > 1 {
            let mut fields = Fields::new();
            let problem = format!(
                "the first {} resources have more than {MAX_BYTES} bytes; request fewer at once",
                items.len()
            );
            fields.reject("names", problem);
            return fields.finish(|| None);
        }
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt;

    use super::*;
    use crate::page::{ListOptions, Listing};

    /// A list of numbers, each as large as its value.
    struct Numbers {
        sizes: Vec<usize>,
        read: Mutex<Vec<usize>>,
    }

    impl Numbers {
        /// All pages of a list of these sizes, and the number of rows of each read.
        fn pages(sizes: &[usize], page_size: i32, chunk: usize) -> (Vec<Vec<usize>>, Vec<usize>) {
            let list = Listing { chunk, ..Listing::of("numbers", crate::Partners::None, &[]) };
            let all = Self { sizes: sizes.to_vec(), read: Mutex::default() };
            let (mut pages, mut token) = (Vec::new(), String::new());
            loop {
                let options =
                    ListOptions { page_size, page_token: &token, ..ListOptions::default() };
                let page = list.page(options).unwrap();
                let answer = page.answer(|chunk| all.after(chunk), |it| it, |it| *it);
                let answer = answer.now_or_never().unwrap().unwrap();
                pages.push(answer.items);
                token = answer.next_page_token;
                if token.is_empty() {
                    return (pages, all.read.into_inner().unwrap());
                }
            }
        }

        async fn after(&self, page: PageRequest) -> Result<Page<usize>, Failure> {
            let from = page.after.as_ref().map_or(0, |it| it.name.parse().unwrap());
            self.read.lock().unwrap().push(page.size);
            let to = self.sizes.len().min(from + page.size);
            let more = to < self.sizes.len();
            let next_page_token = if more { page.token(0, &to.to_string()) } else { String::new() };
            Ok(Page { items: self.sizes[from..to].to_vec(), next_page_token })
        }
    }

    #[test]
    fn a_page_ends_before_an_item_that_makes_it_too_large() {
        let (half, third) = (MAX_BYTES / 2, MAX_BYTES / 3);
        let (pages, _) = Numbers::pages(&[half, half, 3, third, third, third, 9], 50, 50);
        assert_eq!(pages, [vec![half, half], vec![3, third, third], vec![third, 9]]);
    }

    #[test]
    fn an_item_larger_than_an_answer_has_its_own_page() {
        let huge = MAX_BYTES * 3;
        let (pages, _) = Numbers::pages(&[huge, huge, 1], 50, 2);
        assert_eq!(pages, [vec![huge], vec![huge], vec![1]]);
        assert_eq!(Numbers::pages(&[], 50, 2).0, [Vec::<usize>::new()]);
    }

    #[test]
    fn each_read_is_for_at_most_one_chunk() {
        let (pages, reads) = Numbers::pages(&[1; 12], 7, 3);
        assert_eq!(pages, [vec![1; 7], vec![1; 5]]);
        assert_eq!(reads, [3, 3, 1, 3, 3]);
    }

    #[test]
    fn a_batch_larger_than_an_answer_is_refused() {
        let batch = |count: usize| {
            let names: Vec<_> = (0..count).collect();
            let read = |names: Vec<usize>| async move { Ok(names) };
            batch(&names, 10, read, |it| it, |it| it, |_| MAX_BYTES / 20).now_or_never().unwrap()
        };
        assert_eq!(batch(20).unwrap().len(), 20);
        assert!(matches!(batch(21), Err(Failure::Invalid(_))));
    }
}
