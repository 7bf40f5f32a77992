"""
Orders in the other languages that a digest can have, as patterns (see `order_pattern`). Pure data.

BEGINS matches where an imperative stands; ANYWHERE is an order wherever it stands.
"""

from __future__ import annotations

from bot.explain.outgoing.order_pattern import words

# ---- German, French, Spanish --------------------------------------------------------------------

_DE_SIE = (
    r"(?:melden|loggen|bestatigen|verifizieren|authentifizieren|autorisieren|geben|fugen|fuhren|installieren|laden|rufen|"
    r"uberweisen|zahlen|bezahlen|senden|schicken|klicken|tippen|offnen|aktualisieren|scannen|besuchen|gehen|kopieren|starten|"
    r"kontaktieren|wahlen|erneuern|entsperren|aktivieren|reaktivieren|verbinden|genehmigen|akzeptieren|weisen|legitimieren|"
    r"identifizieren|prufen|validieren|folgen|nutzen|kaufen|spenden|antworten|uberprufen|hinterlegen|andern|schreiben)\ssie\b"
    r"(?!\s(?:schon|noch|auch schon)\b[^.!]{0,80}\?)"
)
_DE_DU = (
    r"(?:melde?|logge?)\s(?:dich|euch)\b|(?:bestatig(?:e|t)?|verifizier(?:e|t)?|autorisier(?:e|t)?|aktualisier(?:e|t)?|erneuer(?:e|t)|"
    rf"andere?|entsperre?|prufe?|aktiviere?)\s{words(2)}(?:dein\w*|euer\w*|eure\w*|ihr\w*|das|den|die|diese\w*)\s{words(2)}(?:konto|passwort|kennwort|"
    r"identitat|zugang\w*|account|anmeldung|e-?mail\w*|daten|zahlung\w*|code|workspace|arbeitsbereich|abo|wallet|karte\w*)\b|"
    rf"(?:gib|gebt|fuge?|fugt|fuhre?|fuhrt|ruf|ruft|lade?|ladet)\s{words(7)}(?:ein|aus|an|herunter|runter)\b|"
    r"(?:installier(?:e|t)?|uberweise?|uberweist|zahle|bezahle?|sende|schicke?|klicke?|klickt|offne|offnet|scanne|kopiere?|kopiert)\s"
    rf"{words(3)}(?:jetzt|hier|den|das|die|diese\w*|dein\w*|euer\w*|einen?|\d|auf|an|sofort|bitte)\b"
)
_DE_INFINITIVE = (
    rf"(?:bitte|jetzt|sofort|hier|umgehend|schnell)\s{words(5)}(?:(?:wieder |erneut |neu )?(?:anmelden|einloggen|bestatigen|verifizieren|autorisieren|"
    r"eingeben|einfugen|ausfuhren|installieren|herunterladen|runterladen|anrufen|uberweisen|zahlen|bezahlen|klicken|aktualisieren|scannen|"
    r"freischalten|entsperren|verlangern|downloaden|kaufen))\b|"
    rf"(?:erneut|wieder|neu)\s(?:anmelden|einloggen|autorisieren|bestatigen|verifizieren)\b|"
    rf"(?:zum|fur das) (?:fortfahren|weiterlesen|weiterlesen)\s{words(3)}(?:anmelden|einloggen|bestatigen|autorisieren)\b|(?:konto|passwort|identitat|zugang|workspace|arbeitsbereich)\s(?:jetzt |bitte |erneut |neu )?(?:andern|bestatigen|verifizieren|autorisieren|aktualisieren|entsperren)\b"
)
_DE_MUST = (
    rf"\b(?:sie|du|ihr) (?:mussen|musst|sollten|solltest)\s{words(8)}(?:ihr\w*|dein\w*|euer\w*|eure\w*|dich|sich (?:erneut|wieder|neu|jetzt|hier)|diese\w*)\s{words(4)}"
    r"(?:anmelden|einloggen|bestatigen|verifizieren|autorisieren|eingeben|aktualisieren|installieren|bezahlen|uberweisen)\b|"
    rf"\b(?:ihr|dein|euer)\w*\s{words(1)}(?:konto|account|workspace|arbeitsbereich|sitzung|zugang|passwort|abo\w*|slack)\b[^.]{{0,60}}?\b"
    r"(?:autorisiert|verifiziert|bestatigt|gesperrt|abgelaufen|lauft ab|deaktiviert|geloscht|blockiert|verlangert)\b|"
    r"\b(?:diese|ihre|deine)\w*\s(?:ausgabe|digest|workspace|arbeitsbereich|kanal)\b[^.]{0,100}?\b(?:anmeld\w+|melden sie|bestatig\w+|autorisier\w+|passwort)\b|"
    rf"\bbitte\s{words(6)}(?:anmelden|einloggen|bestatigen|verifizieren|autorisieren|eingeben|einfugen|ausfuhren|installieren|herunterladen|anrufen|uberweisen|bezahlen|zahlen)\b"
)
_FR_THING = r"(?:compte|mot de passe|identite|identifiants?|e-?mail|adresse|code|acces|session|espace|paiement|carte|numero|portefeuille|cle|jeton|abonnement|profil|workspace|telephone|coordonnees|donnees)\b"
_FR = (
    r"(?:re)?connectez-(?:vous|y)|identifiez-vous|authentifiez-vous|reauthentifiez|reautorisez|inscrivez-vous|rendez-vous sur|loguez|"
    rf"(?:confirmez|verifiez|validez|saisissez|entrez|renseignez|mettez a jour|actualisez|debloquez|activez|reactivez|autorisez|communiquez|fournissez|renouvelez|modifiez|changez|approuvez)\s{words(3)}{_FR_THING}|"
    r"(?:collez|copiez|executez|lancez|tapez)\s\S|(?:installez|telechargez|reinstallez)\s\S|(?:appelez|contactez|telephonez)\s(?:nous|le|la|les|notre|au|ce|\+?\d|un|l')|"
    r"(?:appelez|contactez)-(?:nous|le)|(?:payez|versez|reglez|virez|transferez|envoyez|achetez)\s\S|cliquez\b|ouvrez\s(?:le|la|un|ce|votre|l')\s?\S|scannez\b|suivez ce lien|visitez\s\S|"
    rf"(?:connecte-toi|reconnecte-toi|identifie-toi|(?:confirme|verifie|valide|saisis|entre)\s(?:ton|ta|tes|le)\s{words(2)}{_FR_THING}|clique sur|clique ici|installe (?:l|le|la|cette)\b|telecharge (?:l|le|la|cette)\b|envoie (?:\d|le|ton)|paie (?:\d|le|ta))"
)
_FR_ORDERED = (
    r"(?:vous |te )?(?:re)?connecter|(?:vous )?identifier|(?:vous )?authentifier|reautoriser|confirmer|verifier|valider|saisir|entrer|"
    r"coller|copier|executer|lancer|installer|telecharger|appeler|contacter|payer|verser|regler|virer|envoyer|transferer|cliquer|mettre a jour|scanner|renouveler|activer|autoriser"
)
_FR_MUST = (
    rf"\b(?:veuillez|merci de|priere de|il faut|n'oubliez pas de|pensez a|vous devez|vous devrez|il vous faut|tu dois|vous etes pries de|nous vous demandons de|s'il vous plait,?)\s{words(3)}(?:{_FR_ORDERED})\b|"
    rf"\b(?:votre|vos|ton|cet?)\s{words(1)}(?:compte|espace(?: de travail)?|session|acces|workspace|mot de passe|abonnement)\b[^.]{{0,60}}?\b(?:reautoris\w+|verifi\w+|confirm\w+|suspend\w+|bloqu\w+|expir\w+|desactiv\w+|supprim\w+|renouvel\w+)"
)
_ES_THING = r"(?:cuenta|contrasena|clave|identidad|credenciales|correo|codigo|acceso|sesion|espacio|pago|tarjeta|numero|cartera|billetera|monedero|token|suscripcion|perfil|datos|telefono|usuario)\b"
_ES = (
    r"(?:(?:inicie|inicia|iniciad|reinicie|abre) (?:de nuevo )?(?:su |tu )?sesion|(?:vuelva|vuelve) a \S|identifiquese|identificate|conectese|conectate|autentiquese|autenticate|registrese|registrate|acceda a su|accede a tu)|"
    rf"(?:confirm(?:e|a|ad)|verifi(?:que|ca)|valid(?:e|a)|introduzca|introduce|ingres(?:e|a)|escrib(?:a|e)|actuali(?:ce|za)|desbloque(?:e|a)|activ(?:e|a)|reactiv(?:e|a)|renuev(?:e|a)|cambi(?:e|a)|proporcion(?:e|a)|autori(?:ce|za)|reautori(?:ce|za)|aprueb(?:e|a))\s(?:aqui |ahora |ya )?(?:su|sus|tu|tus|la|el|esta|este|una?)\s{words(2)}{_ES_THING}|"
    r"reautori(?:ce|za)\s\S|(?:pegue|pega|copie|copia)\s(?:y |este|esta|el|la|lo|estos|esto)|(?:ejecut(?:e|a)|corr(?:a|e))\s(?:este|esta|el|la|lo|ahora|curl|\S+ comando)|(?:instal(?:e|a|ad)|descarg(?:ue|a|ad))\s(?:ahora|ya|la|el|los|este|esta|nuestra|su|tu|una?|aqui)\b|"
    r"(?:llam(?:e|a|ad))\s(?:al|a|ahora|ya|nos|este)\b|llamenos|contactenos|(?:pagu?(?:e|a)|envi(?:e|a|ad)|transfi(?:era|ere)|deposit(?:e|a)|compr(?:e|a))\s(?:ahora|ya|la|el|su|tu|\d|una?|aqui|bitcoin|dinero|\$|€)|(?:haga|haz|de|da) clic|pulse (?:aqui|el)|pulsa (?:aqui|el)|(?:abra|abre) (?:el|la|este)|(?:escane(?:e|a)) |visite \S|visita (?:nuestr|el|la|\S+\.)|siga (?:este|el) enlace"
)
_ES_ORDERED = r"(?:iniciar (?:de nuevo )?sesion|volver a|confirmar|verificar|validar|introducir|ingresar|pegar|copiar|ejecutar|instalar|descargar|llamar|pagar|enviar|transferir|hacer clic|actualizar|autorizar|reautorizar|identificar\w*|conectar\w*|renovar)"
_ES_MUST = (
    rf"\b(?:por favor,?|usted debe|debes|deberas|es necesario que|necesitamos que|tienes que|tiene usted que|tiene que volver|hay que volver|necesitas|no olvide|no olvides|recuerde|recuerda|asegurese de|le pedimos que|se ruega)\s{words(3)}(?:{_ES_ORDERED}|{_ES})|"
    rf"\b(?:su|tu|este)\s{words(1)}(?:cuenta|espacio de trabajo|sesion|acceso|workspace|contrasena|suscripcion)\s{words(3)}(?:reautori\w+|verific\w+|confirm\w+|suspend\w+|bloque\w+|caduc\w+|expir\w+|desactiv\w+|elimin\w+|cancel\w+)"
)

# ---- other languages that a digest can have --------------------------------------------------------

_ITALIAN = (
    r"(?:accedi|acceda|effettua|effettui|riconnettiti|connettiti|autenticati|ri?autorizza) ?(?:di nuovo|l'accesso|il login|ora|al|alla|il|la|qui|subito|\S)|"
    rf"(?:conferma|confermi|verifica|verifichi|inserisci|inserisca|aggiorna|aggiorni|convalida|sblocca|riattiva)\s(?:il tuo|la tua|i tuoi|le tue|il suo|la sua|i suoi|la|il)\s{words(2)}(?:account|password|identita|dati|codice|accesso|conto|carta|e-?mail|pagamento|abbonamento|sessione|credenziali)|"
    r"(?:incolla|copia|esegui|esegua|lancia)\s(?:il|la|lo|questo|questa|e|ora|curl)|(?:installa|installi|scarica|scarichi)\s(?:il|la|lo|l'|ora|subito|questo|questa|qui)|(?:chiama|chiami|telefona)\s(?:il|ora|subito|al|\+?\d|ci)|(?:paga|paghi|invia|invii|trasferisci|versa)\s(?:\d|il|la|ora|subito|qui|bitcoin|€)|(?:clicca|clicchi|fai clic|faccia clic|premi)\b"
)
_PORTUGUESE = (
    r"(?:faca|faz|efetue) (?:o |novamente o |de novo o )?login|(?:entre|inicie sessao|inicia sessao|autentique-se|conecte-se|reautorize|autorize) ?(?:novamente|de novo|agora|em|na|no|o|a|\S)?\b(?<!entre)|"
    rf"(?:confirme|confirma|verifique|verifica|digite|insira|introduza|atualize|valide|informe|ative|reative)\s(?:a sua|o seu|sua|seu|as suas|os seus|a tua|o teu|a|o)\s{words(2)}(?:conta|senha|identidade|dados|codigo|acesso|cartao|e-?mail|pagamento|assinatura|sessao|credenciais|palavra-passe)|"
    r"(?:cole|copie|execute|rode)\s(?:o|a|este|esta|isto|e|agora|curl)\b|(?:instale|baixe|transfira|descarregue)\s(?:o|a|agora|este|esta|ja|aqui)\b|(?:ligue|telefone)\s(?:para|agora|ja)\b|(?:pague|envie|deposite|transfira)\s(?:\d|o|a|agora|ja|aqui|r\$|bitcoin)|clique\b"
)
_DUTCH = (
    r"(?:log|meld)\s(?:u\s|je\s|nu\s|hier\s|opnieuw\s|alstublieft\s|eerst\s){0,3}(?:opnieuw )?(?:in|aan)\b|(?:bevestig|verifieer|controleer|vernieuw|ontgrendel|wijzig|autoriseer|herautoriseer)\s(?:uw|je|jouw|nu|hier|het|de)\b|"
    r"(?:voer|plak|kopieer|geef)\s(?:\S+\s){0,4}?(?:in|uit|door|opdracht|code|commando)\b|(?:installeer|download)\s(?:nu|de|het|deze|dit|hier|onze)\b|(?:bel|app)\s(?:nu|ons|naar|direct|\+?\d)|(?:betaal|stuur|maak)\s(?:nu|\d|het|de|uw|je|direct|€)|klik\s(?:hier|op|nu)|scan\s(?:de|deze)"
)
_POLISH = r"(?:zaloguj|zalogujcie) (?:sie|sie\b)|(?:potwierdz|zweryfikuj|autoryzuj|zaktualizuj|odnow|odblokuj|wpisz|podaj|wprowadz)\s\S|(?:wklej|skopiuj|uruchom|wykonaj|zainstaluj|pobierz|zadzwon|zaplac|oplac|wyslij|przelej|przeslij|kliknij)\s\S"
_NORDIC = (
    r"(?:logga|logg|log)\s(?:\S+\s){0,2}?(?:in|inn|ind)\b(?!\s(?:med|with) \w+ (?:ar|er))|(?:bekrafta|bekreft|bekraeft|verifiera|verifiser|verificer|godkann|godkend|uppdatera|opdater|oppdater)\s(?:ditt|din|dit|dina|dine|kontot|kontoen)\b|"
    r"(?:ange|indtast|skriv inn|skriv in|tast)\s(?:ditt|din|dit|losenordet|koden)\b|(?:klistra in|indsaet|lim inn|kor|kjor|udfor)\s(?:kommandot|kommandoen|koden|detta|dette|denne|folgende|foljande|curl)|(?:installera|installer|ladda ner|last ned)\s(?:\S)|(?:ring)\s(?:oss|os|nu|na|\+?\d)|(?:betala|betal|skicka|send)\s(?:\d|nu|na|bitcoin|avgiften|gebyret)|(?:klicka|klikk|klik)\s(?:har|her|pa)\b"
)
_FINNISH = r"kirjaudu\s(?:sisaan|uudelleen|nyt)|(?:vahvista|vahvistakaa|paivita|syota|anna)\s(?:tilisi|salasanasi|henkilollisyytesi|tunnuksesi|koodi)|(?:liita|suorita|kopioi)\s(?:tama|komento|koodi|seuraava)|(?:asenna|lataa)\s(?:nyt|tama|sovellus|paivitys)|soita\s(?:numeroon|nyt|meille)|(?:maksa|laheta)\s(?:\d|nyt|lasku|maksu|bitcoin)|(?:napsauta|klikkaa)\b"
_CZECH_SLOVAK = r"(?:prihlaste|prihlas|prihlaste) (?:se|sa)|(?:potvrdte|overte|zadejte|zadajte|vlozte|spustte|spustite|nainstalujte|stahnete|stiahnite|zavolejte|zavolajte|zaplatte|uhradte|poslete|poslite|kliknete|kliknite|autorizujte|aktualizujte)\s\S"
_HUNGARIAN = r"jelentkezz(?:en)?\sbe|(?:erositse|erositsd)\smeg|(?:adja|add)\smeg\s\S|(?:illessze|illeszd|masolja)\s\S|(?:futtassa|futtasd|telepitse|telepitsd|toltse|toltsd|hivja|hivd|fizesse|fizess|kuldjon|kuldje|utaljon|kattintson|kattints)\b"
_ROMANIAN = r"(?:conectati-va|conecteaza-te|autentificati-va|autentifica-te)|(?:confirmati|confirma|verificati|introduceti|introdu|actualizati)\s(?:contul|parola|identitatea|datele|codul|va|-ti)|(?:lipiti|copiati|rulati|executati|instalati|descarcati|sunati|platiti|trimiteti|transferati)\s\S|faceti clic|apasati (?:aici|pe)"
_CROATIAN_SLOVENE = r"(?:prijavite|prijavi) se|(?:potvrdite|potrdite|unesite|vnesite|zalijepite|prilepite|pokrenite|zazenite|instalirajte|namestite|preuzmite|prenesite|nazovite|poklicite|platite|placajte|posaljite|posljite|kliknite)\s\S"
_BALTIC_AND_OTHERS = (
    r"(?:logige|logi) (?:uuesti )?sisse|(?:kinnitage|kinnita|sisestage|sisesta|kleepige|kaivitage|installige|laadige|helistage|makske|saatke|klopsake)\s\S|"
    r"(?:prisijunkite|patvirtinkite|iveskite|iklijuokite|paleiskite|idiekite|atsisiuskite|skambinkite|sumokekite|siuskite|spustelekite)\b|"
    r"(?:piesakieties|apstipriniet|ievadiet|ielimejiet|palaidiet|instalejiet|lejupieladejiet|zvaniet|samaksajiet|nosutiet|noklikskiniet)\b|"
    r"(?:logail|sinigh) isteach|(?:deimhnigh|cuir isteach|greamaigh|rith|suiteail|ioslodail|glaoigh|ioc|seol|cliceail)\s(?:do|an|ar|\d)|"
    r"(?:inicia|inicieu) (?:la )?sessio|(?:confirmeu|verifiqueu|introduiu|enganxeu|executeu|instal.?leu|baixeu|truqueu|pagueu|envieu|feu clic)\b"
)
_INDONESIAN = r"(?:silakan |harap |mohon )?(?:masuk|login) (?:kembali|lagi|sekarang|ke akun)|(?:silakan|harap|mohon)\s(?:\S+\s){0,2}?(?:masuk|login|konfirmasi|verifikasi|masukkan|tempel|jalankan|instal|pasang|unduh|hubungi|telepon|bayar|kirim|klik)\w*|(?:konfirmasi|verifikasi|masukkan|perbarui)\s(?:akun|kata sandi|identitas|kode|data)\s(?:anda|kamu)|(?:unduh|instal|pasang|jalankan|tempel|bayar|kirim|klik|hubungi)\s(?:sekarang|perintah|aplikasi|di sini|\d|kami|nomor)"
_VIETNAMESE = r"(?:vui long|hay|xin)\s(?:\S+\s){0,3}?(?:đang nhap|xac nhan|xac minh|nhap|dan|chay|cai đat|tai|goi|thanh toan|gui|nhap|bam|chuyen)\b|(?:đang nhap lai|xac nhan tai khoan|xac minh tai khoan)"
_TURKISH = r"(?:giris yapin|oturum acin|oturumunuzu acin|yeniden giris|dogrulayin|onaylayin|girin\b|yapistirin|calistirin|yukleyin|kurun\b|indirin|arayin|odeyin|gonderin|tiklayin|yetkilendirin)"
_RUSSIAN = r"\b(?:войдите|авторизуйтесь|залогиньтесь|подтвердите|подтверди|проверьте свои|введите|вставьте|скопируйте|запустите|выполните|установите|скачайте|загрузите|позвоните|звоните|оплатите|заплатите|переведите|отправьте|пришлите|нажмите|кликните|переидите|переавторизуите\w*|обновите свои|продлите)\b"
_UKRAINIAN = r"\b(?:увіидіть|увиидіть|підтвердьте|підтвердіть|введіть|вставте|скопіюите|запустіть|виконаите|встановіть|завантажте|зателефонуите|сплатіть|оплатіть|надішліть|переказуите|натисніть|переидіть|авторизуитеся)\b"
_BULGARIAN = r"\b(?:влезте|потвърдете|въведете|поставете|изпълнете|стартираите|инсталираите|изтеглете|обадете|платете|изпратете|преведете|кликнете|натиснете)\b"
_GREEK = r"\b(?:συνδεθειτε|επιβεβαιωστε|επαληθευστε|εισαγετε|εισαγαγετε|πληκτρολογηστε|επικολληστε|εκτελεστε|εγκαταστηστε|κατεβαστε|καλεστε|τηλεφωνηστε|πληρωστε|στειλτε|καντε κλικ|πατηστε|εξουσιοδοτηστε)"
_ARABIC = (
    r"(?:يرجى|الرجاء|من فضلك|نرجو)\s(?:\S+\s){0,3}?(?:تسجيل|تاكيد|تأكيد|التحقق|ادخال|إدخال|لصق|تشغيل|تثبيت|تنزيل|تحميل|الاتصال|الدفع|دفع|ارسال|إرسال|النقر|تحديث)|"
    r"(?:سجل|سجلوا|سجّل) (?:الدخول|دخولك)|قم ب(?:تسجيل|تاكيد|تأكيد|تثبيت|تنزيل|تشغيل|ادخال|إدخال|دفع|ارسال|إرسال)|(?:اكد|أكد|أكّد) (?:حسابك|هويتك|كلمة)|(?:انقر|اضغط) (?:هنا|على)|(?:ادفع|اتصل) (?:الان|الآن|ب|على)|(?:ادخل|أدخل) (?:كلمة|رمز|بيانات)"
)
_HEBREW = r"(?:אנא|נא|בבקשה)\s(?:\S+\s){0,2}?(?:התחבר\w*|היכנס\w*|אשר\w*|אמת\w*|הזינ\w*|הזן|הדביק\w*|הדבק|הריצ\w*|הרץ|התקינ\w*|התקן|הוריד\w*|הורד|התקשר\w*|שלמ\w*|שלם|שלח\w*|לחצ\w*|לחץ)|(?:התחברו|היכנסו|אשרו את|אמתו את|הזינו|הדביקו|הריצו|התקינו|התקשרו|לחצו)\s"
_HINDI = r"(?:लॉग इन|लॉगिन|साइन इन|पुष्टि|सत्यापित|दर्ज|पेस्ट|इंस्टॉल|डाउनलोड|कॉल|भुगतान|क्लिक)\s?(?:करें|कीजिए|करो)|(?:भेजें|चलाएं|चलाएँ|भेजिए)"
_JAPANESE = r"(?:ログイン|サインイン|確認|認証|承認|入力|貼り付け|コピー|実行|インストール|ダウンロード|電話|連絡|支払|お支払い|送金|振り込|送信|クリック|タップ|更新|アクセス)(?:を|に)?(?:し|って|い|んで|て|けて)?(?:て)?(?:ください|下さい|なさい|せよ|しろ|お願いします|くださいませ)"
_KOREAN = r"(?:로그인|확인|인증|입력|붙여|복사|실행|설치|다운로드|전화|연락|결제|지불|송금|입금|클릭|승인)[^.!?]{0,8}(?:하세요|하십시오|해 주세요|해주세요|주십시오|으세요|바랍니다|넣으세요)"
_CHINESE = (
    r"(?:请(?!求|愿)|請(?!求|願))[^。！，,]{0,12}?(?:登录|登錄|登入|确认|確認|验证|驗證|授权|授權|输入|輸入|粘贴|貼上|复制|運行|运行|执行|執行|安装|安裝|下载|下載|致电|致電|拨打|撥打|支付|付款|转账|轉帳|汇款|点击|點擊|扫描|掃描|联系|聯絡)|"
    r"(?:立即|马上|重新|立刻)(?:登录|登錄|登入|授权|授權|验证|驗證|确认|確認|支付|付款|下载|下載|安装|安裝)(?:您|你|以|！|!|[。]|$)"
)
_THAI = r"(?:กรุณา|โปรด)[^\n.]{0,20}?(?:เข้าสู่ระบบ|ลงชื่อ|ยืนยัน|ป้อน|กรอก|วาง|รัน|ติดตั้ง|ดาวน์โหลด|โทร|ชำระ|จ่าย|โอน|ส่ง|คลิก)"

_AFTER_PLEASE = (
    rf"\b(?:por favor|per favore|prego|si prega di|alstublieft|graag|prosze|prosimy|vanligen|venligst|vennligst|prosim|kerjuk|"
    rf"va rugam(?: sa)?|molimo|prosimo|palun|prašome|ludzu|si us plau|lutfen)\s,?{words(2)}(?:{_ITALIAN}|{_PORTUGUESE}|{_DUTCH}|{_POLISH}|{_NORDIC}|{_CZECH_SLOVAK}|"
    rf"{_HUNGARIAN}|{_ROMANIAN}|{_CROATIAN_SLOVENE}|{_BALTIC_AND_OTHERS})"
)

# ---- "you must" and "we ask you to", where a sentence begins ----------------------------------------

_DE_NOUN = (
    r"(?:erneute|neue|umgehende|sofortige) (?:anmeldung|authentifizierung|autorisierung|bestätigung) (?:ist )?(?:erforderlich|nötig|notwendig)\b|"
    r"wir (?:bitten|ersuchen) (?:sie|dich|euch)\b[^.]{0,80}?\b(?:zu (?:bestätigen|verifizieren|autorisieren|installieren|überweisen|bezahlen|aktualisieren)|"
    r"(?:anzu|einzu)(?:melden|loggen|geben|fügen)|auszuführen|herunterzuladen)\b"
)
_FR_ASKED = (
    rf"nous vous prions de\s{words(3)}(?:{_FR_ORDERED})\b|"
    r"(?:reconnexion|nouvelle connexion|réauthentification|réautorisation) (?:est )?(?:obligatoire|requise|nécessaire|exigée)\b"
)
_ES_ASKED = (
    rf"(?:debe|debes|tiene que|tienes que|es necesario|se requiere|se necesita|hay que)\s{words(1)}(?:iniciar (?:de nuevo )?(?:su |tu )?sesión|identificarse|"
    rf"(?:confirmar|verificar|validar|introducir|actualizar) (?:su|tu)\s{words(1)}{_ES_THING})|"
    r"(?:le|les|te) (?:rogamos|pedimos|solicitamos) que (?:\w+ )?(?:confirm|verifi|valid|inici|introdu|instal|descarg|pagu|pague|enví|ejecut|peg|actuali)\w*"
)
_IT_ASKED = (
    r"(?:deve|devi|dovete|è necessario|occorre|bisogna) (?:\w+ )?(?:accedere di nuovo|autenticarsi|riconnettersi|effettuare (?:di nuovo )?(?:il login|l'accesso)|"
    rf"(?:confermare|verificare|inserire|aggiornare) (?:il suo|la sua|il tuo|la tua|i suoi|i tuoi)\s{words(1)}(?:account|password|identità|dati|codice|conto))|"
    r"(?:si prega|la preghiamo|ti preghiamo|vi preghiamo|le chiediamo|ti chiediamo) di (?:\w+ )?(?:accedere|autenticar|conferm|verific|inseri|install|scaric|"
    r"chiam|pag|invi|incoll|esegui|clicc|aggiorn)\w*"
)
_PT_ASKED = (
    r"(?:você |tu )?(?:precisa|deve|tem de|tem que|é necessário|é preciso) (?:\w+ )?(?:entrar (?:novamente|de novo)|(?:fazer|efetuar) (?:o |novamente o )?login|iniciar sessão|autenticar-se|"
    rf"(?:confirmar|verificar|inserir|atualizar) (?:a |o )?(?:sua|seu|tua|teu)\s{words(1)}(?:conta|senha|identidade|código|palavra-passe))|"
    r"(?:pedimos|solicitamos)(?:-lhe)? que (?:\w+ )?(?:confirm|verifi|insir|instal|baix|pagu|envi|execut|atuali|faça|inici)\w*"
)
_NL_ASKED = (
    rf"(?:u|je|jij) (?:moet|dient)\s{words(4)}(?:in te loggen|aan te melden|opnieuw (?:inloggen|aanmelden)|(?:uw|je|jouw)\s{words(2)}(?:te )?(?:bevestigen|verifiëren|invoeren))\b|"
    r"(?:wij|we) verzoeken (?:u|je)\b[^.]{0,60}?\b(?:te bevestigen|te verifiëren|in te loggen|aan te melden|in te voeren|te installeren|te betalen)\b|"
    r"opnieuw (?:inloggen|aanmelden) (?:is )?(?:vereist|nodig|verplicht|noodzakelijk)\b"
)
_NORDIC_ASKED = (
    r"(?:du|ni|i|de) (?:måste|skal|må|behöver|bør|bör) (?:\w+ )?(?:(?:logga|logge|log) (?:in|ind|inn) (?:igen|igjen|på nytt)|"
    r"(?:bekräfta|bekræfte|bekrefte|verifiera|verifisere|verificere) (?:ditt|din|dit|kontoen din)\b)"
)
_PL_ASKED = (
    r"(?:musisz|należy|trzeba) (?:\w+ )?(?:(?:zalogować się|się zalogować)(?: ponownie)?|potwierdzić swoj\w+)|"
    r"prosimy o (?:\w+ )?(?:potwierdzenie|zalogowanie|weryfikację|podanie|wpisanie|zainstalowanie|opłacenie)\b"
)
_SLAVIC_ASKED = (
    r"(?:вам|тебе) (?:необходимо|нужно|надо|следует) (?:\w+ )?(?:войти|авторизоваться|подтвердить|ввести|установить|оплатить)\b|"
    r"просим (?:вас )?(?:\w+ )?(?:войти|авторизоваться|подтвердить|ввести|установить|оплатить)\b|"
    r"(?:вам|тобі) (?:необхідно|потрібно|треба|слід) (?:\w+ )?(?:увійти|авторизуватися|підтвердити|ввести|встановити|сплатити)\b|"
    r"(?:musíte|musíš) (?:se|sa) (?:znovu|znova) (?:přihlásit|prihlásiť)|(?:musíte|musíš) (?:potvrdit|potvrdiť|ověřit|overiť) (?:svůj|svoj|své|svoje)\b"
)
_ASKED = (_DE_NOUN, _FR_ASKED, _ES_ASKED, _IT_ASKED, _PT_ASKED, _NL_ASKED, _NORDIC_ASKED, _PL_ASKED, _SLAVIC_ASKED)  # fmt: skip
_ASKED_ANYWHERE = (
    r"\b(?:giriş yap|oturum aç|doğrula|onayla|yükle)(?:manız|meniz|man|men) (?:gerek|lazım|şart|zorunlu)\w*",
    r"(?:再ログイン|再度ログイン|再認証|再サインイン|パスワードの(?:変更|入力|確認|再設定))が?(?:必要です|必要があります)(?:\s?[。！!]|$)",
    r"(?:您|你|您的账户)(?:需要|必须|須|须|需)[^。，,]{0,4}?(?:重新|再次)(?:登录|登錄|登入|授权|授權|验证|驗證|确认|確認)",
    r"(?:다시 로그인|재로그인|재인증|본인 인증|비밀번호를 (?:입력|확인|변경))\s?(?:해야 합니다|하셔야 합니다|이 필요합니다|부탁드립니다)",
)

BEGINS = (
    *_ASKED,
    _DE_SIE,
    _DE_DU,
    _DE_INFINITIVE,
    _FR,
    _ES,
    _ITALIAN,
    _PORTUGUESE,
    _DUTCH,
    _POLISH,
    _NORDIC,
    _FINNISH,
    _CZECH_SLOVAK,
    _HUNGARIAN,
    _ROMANIAN,
    _CROATIAN_SLOVENE,
    _BALTIC_AND_OTHERS,
    _INDONESIAN,
    _VIETNAMESE,
    _ARABIC,
    _HEBREW,
)
ANYWHERE = (
    *_ASKED_ANYWHERE,
    _DE_MUST,
    rf"(?<=[.!:;] ){_DE_SIE}",
    _FR_MUST,
    _ES_MUST,
    _TURKISH,
    _RUSSIAN,
    _UKRAINIAN,
    _BULGARIAN,
    _GREEK,
    _HINDI,
    _JAPANESE,
    _KOREAN,
    _CHINESE,
    _THAI,
    _AFTER_PLEASE,
)
