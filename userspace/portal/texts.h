/* SPDX-License-Identifier: GPL-2.0 */
/*
 * texts.h - what the page says, in each of its languages.
 *
 * T(name, English, Chinese, Spanish, Arabic): a text that lacks in one of them
 * does not compile.  "{}" stands for what is put there, once or not at all, and
 * in each language alike, which a test looks at.  No markup: texts are escaped.
 */
#ifndef TS_PORTAL_TEXTS_H
#define TS_PORTAL_TEXTS_H

#define TS_TEXTS(T) \
T(SKIP, \
  "Skip to the content", "跳到正文", "Ir al contenido", "انتقل إلى المحتوى") \
T(LANGUAGE, \
  "Language", "语言", "Idioma", "اللغة") \
T(NEVER_PAID, \
  "Nothing paid yet. Pay, and you are online.", \
  "尚未付款。付款后即可上网。", \
  "Aún no ha pagado nada. Pague y tendrá internet.", \
  "لم تدفع بعد. ادفع وستتصل بالإنترنت.") \
T(DRY, \
  "Used up. Pay, and your connections go on.", \
  "余额已用完。付款后连接继续。", \
  "Saldo agotado. Pague y sus conexiones continúan.", \
  "نفد رصيدك. ادفع وستستمر اتصالاتك.") \
T(PAID, \
  "Paid. You are online.", "已付款，您已在线。", "Pagado. Tiene internet.", \
  "تم الدفع. أنت متصل بالإنترنت.") \
T(HELD, \
  "Little or no internet now: {}", "目前网络受限或不可用：{}", \
  "Ahora hay poco o ningún internet: {}", "الإنترنت محدود أو متوقف الآن: {}") \
T(LOST, \
  "The box does not answer. Trying again…", "设备没有响应，正在重试…", \
  "El equipo no responde. Se intenta de nuevo…", "الجهاز لا يجيب. تجري إعادة المحاولة…") \
T(NO_STATION, \
  "You are not connected through a metered port of this box. Join its Wi-Fi and open this page again.", \
  "您没有通过本设备的计量端口连接。请加入它的 Wi-Fi 后重新打开此页。", \
  "No está conectado por un puerto medido de este equipo. Únase a su wifi y abra esta página de nuevo.", \
  "لست متصلاً عبر منفذ محسوب في هذا الجهاز. انضم إلى شبكة الواي فاي الخاصة به وافتح هذه الصفحة مجدداً.") \
T(NOT_NOW, \
  "Too many devices ask at once. Try again in a minute.", \
  "同时请求的设备太多。请一分钟后再试。", \
  "Demasiados dispositivos preguntan a la vez. Inténtelo de nuevo en un minuto.", \
  "عدد كبير من الأجهزة يطلب في آن واحد. حاول مجدداً بعد دقيقة.") \
T(LEFT, \
  "What is left", "剩余", "Lo que queda", "المتبقي") \
T(LEFT_MONEY, \
  "Money", "金额", "Dinero", "المال") \
T(LEFT_BYTES, \
  "Internet, at least", "上网流量，至少", "Internet, al menos", "الإنترنت، على الأقل") \
T(UNLIMITED, \
  "without limit", "不限", "sin límite", "بلا حد") \
T(RECEIVED, \
  "Received", "已接收", "Recibido", "المستلَم") \
T(SENT, \
  "Sent", "已发送", "Enviado", "المرسَل") \
T(SPEED, \
  "Speed now", "当前速度", "Velocidad ahora", "السرعة الآن") \
T(PLOT, \
  "Usage in the last ten minutes", "最近十分钟的用量", "Uso en los últimos diez minutos", \
  "الاستهلاك في الدقائق العشر الأخيرة") \
T(UPDATE, \
  "Update this page", "刷新此页", "Actualizar esta página", "حدّث هذه الصفحة") \
T(PRICE, \
  "Price of 1 GB (1,000,000,000 bytes)", "每 1 GB（1,000,000,000 字节）的价格", \
  "Precio de 1 GB (1.000.000.000 de bytes)", "سعر 1 غيغابايت (1,000,000,000 بايت)") \
T(TRAFFIC, \
  "Traffic", "流量", "Tráfico", "حركة البيانات") \
T(DOWN, \
  "down", "下行", "bajada", "تنزيل") \
T(UP, \
  "up", "上行", "subida", "رفع") \
T(INTERNET, \
  "Internet", "互联网", "Internet", "الإنترنت") \
T(LOCAL, \
  "Local", "本地", "Local", "محلي") \
T(FREE, \
  "free", "免费", "gratis", "مجاني") \
T(PAY, \
  "Ways to pay", "付款方式", "Formas de pagar", "طرق الدفع") \
T(WALLET, \
  "With a wallet in this browser", "使用浏览器中的钱包", "Con una cartera en este navegador", \
  "بمحفظة في هذا المتصفح") \
T(WALLET_HOW, \
  "The wallet page makes a key, keeps it in this browser, and pays little by little while it is open.", \
  "钱包页面会生成密钥并保存在此浏览器中，打开期间按用量小额付款。", \
  "La página de la cartera crea una clave, la guarda en este navegador y paga poco a poco mientras está abierta.", \
  "تنشئ صفحة المحفظة مفتاحاً وتحفظه في هذا المتصفح، وتدفع شيئاً فشيئاً ما دامت مفتوحة.") \
T(VOUCHER, \
  "With a voucher", "使用代金券", "Con un vale", "بقسيمة") \
T(VOUCHER_CODE, \
  "Code of the voucher", "代金券代码", "Código del vale", "رمز القسيمة") \
T(VOUCHER_USE, \
  "Redeem", "兑换", "Canjear", "استخدم القسيمة") \
T(VOUCHER_BAD, \
  "This code is worth nothing here: it is mistyped, or was used, or is out of date.", \
  "此代码在这里无效：可能输入有误、已被使用或已过期。", \
  "Este código no vale nada aquí: está mal escrito, ya se usó o ha caducado.", \
  "هذا الرمز لا قيمة له هنا: إما كُتب خطأً أو استُخدم من قبل أو انتهت صلاحيته.") \
T(VOUCHER_TRIES, \
  "Too many wrong codes. Try again in a minute.", "错误的代码过多。请一分钟后再试。", \
  "Demasiados códigos incorrectos. Inténtelo de nuevo en un minuto.", \
  "رموز خاطئة كثيرة. حاول مجدداً بعد دقيقة.") \
T(READ_ONLY, \
  "The box cannot store anything now, so nothing was used. Tell its operator.", \
  "设备目前无法保存数据，代金券未被使用。请告知经营者。", \
  "El equipo no puede guardar nada ahora, así que no se ha usado nada. Avise a su operador.", \
  "لا يستطيع الجهاز حفظ أي شيء الآن، فلم يُستخدم شيء. أخبر المشغّل.") \
T(APP, \
  "With the Photon app", "使用 Photon 应用", "Con la aplicación Photon", "بتطبيق Photon") \
T(APP_HOW, \
  "Send a direct transfer to this address, with the memo exactly as it is here: without it the money stays yours, but opens nothing.", \
  "向此地址直接转账，并原样填写备注：没有备注，钱仍归您，但不会开通网络。", \
  "Haga una transferencia directa a esta dirección, con el concepto tal como está aquí: sin él, el dinero sigue siendo suyo, pero no abre nada.", \
  "أرسل تحويلاً مباشراً إلى هذا العنوان، مع المذكرة كما هي هنا تماماً: بدونها يبقى المال لك، لكنه لا يفتح شيئاً.") \
T(ADDRESS, \
  "Address", "地址", "Dirección", "العنوان") \
T(QR, \
  "QR code of the address", "地址二维码", "Código QR de la dirección", "رمز QR للعنوان") \
T(MEMO, \
  "Memo", "备注", "Concepto", "المذكرة") \
T(AMOUNT, \
  "Suggested amount", "建议金额", "Importe sugerido", "المبلغ المقترح") \
T(TAG, \
  "Amount with your tag", "含标签的金额", "Importe con su etiqueta", "المبلغ مع علامتك") \
T(TAG_HOW, \
  "If the app has no field for a memo, send exactly this amount. Its last twelve digits are the tag of your session; you may change those before them.", \
  "如果应用没有备注栏，请转账与此完全相同的金额。最后十二位数字是您的会话标签，前面的数字可以更改。", \
  "Si la aplicación no tiene campo de concepto, envíe exactamente este importe. Sus últimas doce cifras son la etiqueta de su sesión; las anteriores las puede cambiar.", \
  "إذا لم يكن في التطبيق حقل للمذكرة فأرسل هذا المبلغ بالضبط. أرقامه الاثنا عشر الأخيرة هي علامة جلستك، ويمكنك تغيير ما قبلها.") \
T(PORT, \
  "UDP port", "UDP 端口", "Puerto UDP", "منفذ UDP") \
T(TSPAY, \
  "On a computer, with tspay", "在电脑上使用 tspay", "En un ordenador, con tspay", \
  "على حاسوب، ببرنامج tspay") \
T(CODE, \
  "Your session code", "您的会话代码", "Su código de sesión", "رمز جلستك") \
T(CODE_SECRET, \
  "Who knows it can pay for you, and take your session along. Show it to nobody else.", \
  "知道它的人可以为您付款，也能带走您的会话。请勿给他人看。", \
  "Quien lo sabe puede pagar por usted, y llevarse su sesión. No lo muestre a nadie más.", \
  "من يعرفه يستطيع أن يدفع عنك وأن يأخذ جلستك. لا تُرِه لأحد.") \
T(BROWSER, \
  "Continue in my browser", "在我的浏览器中继续", "Continuar en mi navegador", \
  "المتابعة في متصفحي") \
T(BROWSER_HOW, \
  "A small window that your phone has opened can close at any time. Press the button, then open this address in your browser:", \
  "手机打开的小窗口随时可能关闭。请按下按钮，然后在浏览器中打开此地址：", \
  "La ventana pequeña que abrió su teléfono puede cerrarse en cualquier momento. Pulse el botón y abra después esta dirección en su navegador:", \
  "النافذة الصغيرة التي فتحها هاتفك قد تُغلق في أي وقت. اضغط الزر ثم افتح هذا العنوان في متصفحك:") \
T(OPENED, \
  "For ten minutes your device takes this network for open, so you can close this window. Nothing is paid by that. Open this address in your browser:", \
  "十分钟内您的设备会视此网络为开放，您可以关闭此窗口。这并不等于已付款。请在浏览器中打开此地址：", \
  "Durante diez minutos su dispositivo tomará esta red por abierta, y puede cerrar esta ventana. Con eso no se paga nada. Abra esta dirección en su navegador:", \
  "لمدة عشر دقائق سيعدّ جهازك هذه الشبكة مفتوحة، ويمكنك إغلاق هذه النافذة. لا يُدفع شيء بذلك. افتح هذا العنوان في متصفحك:")

#endif /* TS_PORTAL_TEXTS_H */
